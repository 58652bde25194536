using System.Buffers;

namespace Kiroku.Actions.Live.Exports;

/// <summary>
/// Sends an export in pieces. A client that does not take a piece within the time that it has is cut off.
/// </summary>
internal sealed class ExportOutput(Stream body, TimeSpan patience, TimeProvider time)
{
    private const int Piece = 64 * 1024;

    private readonly ArrayBufferWriter<byte> written = new(2 * Piece);

    /// <summary>What is to be sent next.</summary>
    public IBufferWriter<byte> Buffer => written;

    public Task SendIfFullAsync(CancellationToken cancellationToken)
        => written.WrittenCount >= Piece ? SendAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Sends what was written, and has it leave this process.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await SendAsync(cancellationToken);
        await InTimeAsync(body.FlushAsync, cancellationToken);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        for (var rest = written.WrittenMemory; rest.Length > 0; rest = rest[Math.Min(Piece, rest.Length)..])
        {
            var piece = rest[..Math.Min(Piece, rest.Length)];
            await InTimeAsync(token => body.WriteAsync(piece, token).AsTask(), cancellationToken);
        }
        written.ResetWrittenCount();
    }

    private async Task InTimeAsync(Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await send(limit.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw new TimeoutException($"The client took none of it for {patience.TotalSeconds} s.");
        }
    }
}
