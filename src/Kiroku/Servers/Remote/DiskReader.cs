using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Remote;

/// <summary>Reads a disk that moves to another host, no faster than the setting allows.</summary>
internal sealed class DiskReader(IHypervisor hypervisor, IOptions<ServersOptions> options, TimeProvider time)
{
    private const int PieceBytes = 1024 * 1024;
    private static readonly PipeOptions Ahead = new(
        pauseWriterThreshold: 8 * PieceBytes, resumeWriterThreshold: 4 * PieceBytes);

    public async IAsyncEnumerable<DiskPiece> ReadAsync(
        string volume, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new DiskPiece { Content = await hypervisor.DescribeVolumeAsync(volume, cancellationToken) };
        var pipe = new Pipe(Ahead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var exporting = Task.Run(() => ExportAsync(volume, pipe.Writer, stop.Token), CancellationToken.None);
        try
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using var stream = pipe.Reader.AsStream();
            var (began, sent) = (time.GetTimestamp(), 0L);
            while (true)
            {
                var piece = new byte[PieceBytes];
                var read = await stream.ReadAtLeastAsync(
                    piece, PieceBytes, throwOnEndOfStream: false, cancellationToken);
                if (read == 0)
                    break;
                Array.Resize(ref piece, read);
                digest.AppendData(piece);
                yield return new DiskPiece { Bytes = piece };
                sent += read;
                await PaceAsync(began, sent, cancellationToken);
            }
            yield return new DiskPiece { Digest = digest.GetHashAndReset() };
        }
        finally
        {
            // The reader may have gone; then the export must not wait for room in the pipe.
            await stop.CancelAsync();
            await exporting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ExportAsync(string volume, PipeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            await using var target = writer.AsStream(leaveOpen: true);
            await hypervisor.ExportVolumeAsync(volume, target, cancellationToken);
            await writer.CompleteAsync();
        }
#pragma warning disable CA1031 // The reader throws the exception, of whatever type.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await writer.CompleteAsync(e);
        }
    }

    private async Task PaceAsync(long began, long sent, CancellationToken cancellationToken)
    {
        if (options.Value.MoveBandwidth == 0)
            return;
        var due = TimeSpan.FromSeconds((double)sent / PieceBytes / options.Value.MoveBandwidth);
        var early = due - time.GetElapsedTime(began);
        if (early > TimeSpan.Zero)
            await Task.Delay(early, time, cancellationToken);
    }
}
