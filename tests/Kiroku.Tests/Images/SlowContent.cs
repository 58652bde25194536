using System.Net;

namespace Kiroku.Tests.Images;

/// <summary>A body that starts and then waits until it is told to end.</summary>
internal sealed class SlowContent : HttpContent
{
    private readonly TaskCompletionSource finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SlowContent() => Headers.ContentType = new("application/octet-stream");

    public void Finish() => finish.SetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(new byte[] { 1, 2, 3 });
        await stream.FlushAsync();
        await finish.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
