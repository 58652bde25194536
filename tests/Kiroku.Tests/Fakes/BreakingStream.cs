namespace Kiroku.Tests.Fakes;

/// <summary>
/// Passes some bytes on and then fails, as a connection does. For <see cref="FakeHypervisor.Through"/>.
/// </summary>
internal sealed class BreakingStream(Stream target, long bytes) : MemoryStream
{
    private long left = bytes;

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var passed = (int)Math.Min(left, buffer.Length);
        left -= passed;
        await target.WriteAsync(buffer[..passed], cancellationToken);
        if (passed < buffer.Length)
            throw new IOException("the connection broke");
    }
}
