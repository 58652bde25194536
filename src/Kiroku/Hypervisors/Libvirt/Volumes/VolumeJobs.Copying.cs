using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Jobs;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <content>The part that copies volumes on the same host.</content>
internal sealed partial class VolumeJobs
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(300);

    public Task CopyAsync(
        string source, string volume, long bytes, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        EndReading(volume);
        return jobs.RunAsync(
            NewJob(Operations.CopyVolume, options.CopyTimeout, source, volume),
            async abandoned =>
            {
                var copy = CopyingAsync(session => Copy(session, source, volume, bytes), abandoned);
                if (progress is not null)
                    await ReportAsync(copy, source, volume, progress);
                return await copy;
            },
            cancellationToken);
    }

    public Task SnapshotAsync(Guid machine, string source, string volume, CancellationToken cancellationToken)
    {
        EndReading(volume);
        var job = NewJob(Operations.CopyVolume, options.CopyTimeout, source, volume);
        return jobs.RunAsync(
            job with { Places = [.. job.Places, Job.PlaceOf(machine)] },
            abandoned => CopyingAsync(session => Snapshot(session, machine, source, volume, abandoned), abandoned),
            cancellationToken);
    }

    private static void Copy(Session session, string source, string volume, long bytes)
    {
        var (size, allocated) = WholeVolumes.Measure(session, source);
        WholeVolumes.RefuseShrinking(size, bytes);
        using var original = PoolVolumes.Find(session, source) ?? throw PoolVolumes.Missing(source);
        DiskBases.RequireOwn(session, original);
        PoolRoom.Require(session, PoolVolumes.AllocatedWithBase(session, original, size, allocated));
        HalfMade.Make(session, volume, () =>
        {
            // The mock cannot resize; there the copy has its final size at once.
            var copied = session.IsTest ? bytes : size;
            PoolVolumes.Clone(session, original, VolumeXml.Of(volume, copied, VolumeFormat.Qcow2));
            if (!session.IsTest && bytes > size)
                PoolVolumes.Resize(session, volume, bytes);
        });
    }

    private static void Snapshot(
        Session session, Guid machine, string source, string volume, CancellationToken abandoned)
    {
        var (size, allocated) = WholeVolumes.Measure(session, source);
        if (session.IsTest || !Backups.CanRun(session, machine))
        {
            Copy(session, source, volume, size);
            return;
        }
        using (var original = PoolVolumes.Find(session, source) ?? throw PoolVolumes.Missing(source))
            PoolRoom.Require(session, PoolVolumes.AllocatedWithBase(session, original, size, allocated));
        HalfMade.Make(session, volume, () => Backups.Run(
            session, machine, Path.Combine(session.Options.VolumesFolder, volume), abandoned));
    }

    private async Task ReportAsync(Task copy, string source, string volume, IProgress<double> progress)
    {
        while (await Task.WhenAny(copy, Task.Delay(ProgressInterval, time)) != copy)
        {
            try
            {
                var share = await jobs.Connection.CallAsync(
                    session => ShareDone(session, source, volume), CancellationToken.None);
                if (share is { } done && !copy.IsCompleted)
                    progress.Report(done);
            }
            catch (Exception e) when (e is LibvirtException or ConnectionException or RefusedException)
            {
                // Whether the copy goes well shows in the copy itself.
            }
        }
        if (copy.IsCompletedSuccessfully)
            progress.Report(1);
    }

    private static double? ShareDone(Session session, string source, string volume)
    {
        using var original = PoolVolumes.Find(session, source);
        if (original is null || PoolVolumes.Measure(session, source) is not { } whole)
            return null;
        if (PoolVolumes.Measure(session, volume) is not { } part)
            return null;
        var total = PoolVolumes.AllocatedWithBase(session, original, whole.Bytes, whole.Allocated);
        return total == 0 ? null : Math.Clamp((double)part.Allocated / total, 0, 1);
    }
}
