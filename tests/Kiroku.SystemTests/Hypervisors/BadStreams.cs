namespace Kiroku.SystemTests.Hypervisors;

/// <summary>Gives some bytes and then fails, as a connection does.</summary>
internal sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
{
    public const string Reason = "the connection broke";

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // In pieces of odd sizes, as from a network.
        var read = await base.ReadAsync(buffer[..Math.Min(buffer.Length, 8191)], cancellationToken);
        return read > 0 ? read : throw new IOException(Reason);
    }
}

/// <summary>Neither gives nor accepts anything, and ignores cancellation.</summary>
internal sealed class SilentStream : MemoryStream
{
    private readonly Task never = new TaskCompletionSource().Task;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await never;
        return 0;
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => await never;
}

/// <summary>Gives all its bytes, but does not end until it is told to.</summary>
internal sealed class HeldStream(byte[] bytes) : MemoryStream(bytes)
{
    private readonly TaskCompletionSource given = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task AllButTheEnd => given.Task;

    public void End() => ended.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (await base.ReadAsync(buffer, cancellationToken) is var read and > 0)
            return read;
        given.TrySetResult();
        await ended.Task.WaitAsync(cancellationToken);
        return 0;
    }
}
