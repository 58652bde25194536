using System.Collections.Concurrent;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <content>
/// The part that sends and receives volumes. The other side may be slow, so no thread of libvirt's is held while it is
/// waited for; and those that send and those that receive wait in lines of their own, or two hosts that move disks to
/// each other could wait for each other for ever.
/// </content>
internal sealed partial class VolumeJobs
{
    private const int SentPieceBytes = 4 * 1024 * 1024;
    private const int ReceivedPieceBytes = 1024 * 1024;

    private readonly SemaphoreSlim sending = new(options.ParallelCopies);
    private readonly SemaphoreSlim receiving = new(options.ParallelCopies);

    /// <summary>The sources that cancel whoever reads a volume.</summary>
    private readonly ConcurrentDictionary<string, CancellationTokenSource> readers = new();

    public Task<VolumeContent> DescribeAsync(string volume, CancellationToken cancellationToken)
        => jobs.RunAsync(
            NewJob(Operations.MeasureVolume, options.VolumeTimeout, volume),
            session => WholeVolumes.Describe(session, volume),
            cancellationToken);

    public async Task ExportAsync(string volume, Stream target, CancellationToken cancellationToken)
    {
        const string Operation = Operations.ExportVolume;
        var overtaken = new CancellationTokenSource();
        EndReading(volume);
        readers[volume] = overtaken;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, overtaken.Token);
        try
        {
            await jobs.RunAsync(
                NewJob(Operation, options.CopyTimeout, volume),
                abandoned => InTurnAsync(sending, () => SendAsync(volume, target, abandoned), abandoned),
                either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HypervisorException(HypervisorFailure.Failed, Operation, "something else is to be done with it");
        }
        finally
        {
            readers.TryRemove(KeyValuePair.Create(volume, overtaken));
        }
    }

    public Task ReceiveAsync(
        string volume, VolumeContent content, Stream bytes, IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        EndReading(volume);
        return jobs.RunAsync(
            NewJob(Operations.ReceiveVolume, options.CopyTimeout, volume),
            abandoned => InTurnAsync(
                receiving,
                () => ReceiveAsync(volume, content, new ReceivedBytes(bytes, content, progress), abandoned),
                abandoned),
            cancellationToken);
    }

    /// <summary>
    /// Ends the reading of a volume for a later attempt at something: the reader may be on a node that died, and never
    /// take another byte.
    /// </summary>
    private void EndReading(string volume)
    {
        if (readers.TryRemove(volume, out var reader))
            reader.Cancel();
    }

    private async Task<bool> SendAsync(string volume, Stream target, CancellationToken abandoned)
    {
        var content = await jobs.Connection.CallAsync(session => WholeVolumes.Describe(session, volume), abandoned);
        var (piece, sent) = (new byte[SentPieceBytes], 0L);
        while (await ReadAsync() is var read and > 0)
        {
            // A stream that ignores the token is abandoned.
            await target.WriteAsync(piece.AsMemory(0, read), abandoned).AsTask().WaitAsync(abandoned);
            sent += read;
        }
        return true;

        Task<int> ReadAsync() => jobs.Connection.CallAsync(
            session => session.IsTest
                ? MockBytes.Read(content, sent, piece)
                : Read(session, volume, sent, piece),
            abandoned);
    }

    private async Task<bool> ReceiveAsync(
        string volume, VolumeContent content, ReceivedBytes bytes, CancellationToken abandoned)
    {
        var incoming = await jobs.Connection.CallAsync(
            session => IncomingVolume.Begin(session, volume, content), abandoned);
        try
        {
            var piece = new byte[ReceivedPieceBytes];
            while (await bytes.ReadAsync(piece, abandoned) is var read and > 0)
                await CallAsync(() => incoming.Send(piece.AsSpan(0, read)), abandoned);
            return await CallAsync(incoming.Finish, abandoned);
        }
        catch
        {
            await DiscardAsync();
            throw;
        }

        async Task DiscardAsync()
        {
            try
            {
                await CallAsync(incoming.Discard, CancellationToken.None);
            }
            catch (Exception e)
                when (e is LibvirtException or ConnectionException or RefusedException or ObjectDisposedException)
            {
                // The mark shows that the volume is half made, until it is made anew or deleted.
            }
        }

        Task<bool> CallAsync(Action call, CancellationToken token) => jobs.Connection.CallAsync(
            incoming.Session,
            () =>
            {
                call();
                return true;
            },
            token);
    }

    private static int Read(Session session, string volume, long offset, byte[] piece)
    {
        using var found = PoolVolumes.Find(session, volume) ?? throw PoolVolumes.Missing(volume);
        return VolumeDownload.Read(session, found, offset, piece);
    }
}
