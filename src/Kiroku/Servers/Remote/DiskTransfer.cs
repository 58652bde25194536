using System.IO.Pipelines;
using System.Security.Cryptography;
using Kiroku.Cluster;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Remote;

/// <summary>
/// Receives a disk that moves here from another host. A transfer that breaks off or changes the bytes leaves no volume.
/// </summary>
internal sealed class DiskTransfer(IHypervisor hypervisor, IGrainFactory grains, HostPatience patience)
{
    /// <summary>The number of pieces, each of a MiB, that come in one message.</summary>
    private const int Batch = 4;
    private static readonly PipeOptions Ahead = new(
        pauseWriterThreshold: 8 * 1024 * 1024, resumeWriterThreshold: 4 * 1024 * 1024);

    /// <summary>Makes the volume anew from the volume of that name on another host.</summary>
    /// <exception cref="HypervisorException">The volume cannot be read or made, or the other host is away.</exception>
    public Task ReceiveAsync(
        string from, string volume, IProgress<double>? progress, CancellationToken cancellationToken)
        => patience.RunAsync(from, Operations.ReceiveVolume, async () =>
        {
            await ReceiveOnceAsync(from, volume, progress, cancellationToken);
            return true;
        }, cancellationToken);

    private async Task ReceiveOnceAsync(
        string from, string volume, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var source = grains.GetNodeGrain<IHostGrain>(from).Read(volume, stop.Token).WithBatchSize(Batch);
        await using var pieces = source.GetAsyncEnumerator(stop.Token);
        if (!await pieces.MoveNextAsync() || pieces.Current.Content is not { } content)
            throw new HypervisorException(
                HypervisorFailure.Failed, Operations.ReceiveVolume, $"{from} did not describe the volume");
        var pipe = new Pipe(Ahead);
        var pumping = PumpAsync(pieces, pipe.Writer, stop.Token);
        try
        {
            await using var bytes = pipe.Reader.AsStream();
            await hypervisor.ReceiveVolumeAsync(volume, content, bytes, progress, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await pumping;
        }
    }

    private static async Task PumpAsync(
        IAsyncEnumerator<DiskPiece> pieces, PipeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (await pieces.MoveNextAsync())
            {
                if (pieces.Current.Digest is { } sent)
                {
                    await writer.CompleteAsync(digest.GetHashAndReset().AsSpan().SequenceEqual(sent)
                        ? null : new IOException("the received bytes differ from the sent ones"));
                    return;
                }
                var bytes = pieces.Current.Bytes ?? [];
                digest.AppendData(bytes);
                await writer.WriteAsync(bytes, cancellationToken);
            }
            await writer.CompleteAsync(new IOException("the transfer broke off"));
        }
#pragma warning disable CA1031 // The reader throws the exception, of whatever type.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await writer.CompleteAsync(e);
        }
    }
}
