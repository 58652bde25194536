using Kiroku.Hypervisors.Libvirt.Jobs;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>The verbs for volumes, each as a job.</summary>
internal sealed partial class VolumeJobs(JobRunner jobs, LibvirtOptions options, TimeProvider time) : IDisposable
{
    /// <summary>The approximate room that an empty overlay takes.</summary>
    private const long OverlayBytes = 256 * 1024;

    private readonly SemaphoreSlim copies = new(options.ParallelCopies);

    public Task<long?> GetSizeAsync(string volume, CancellationToken cancellationToken)
        => jobs.RunAsync(
            NewJob(Operations.MeasureVolume, options.VolumeTimeout, volume),
            session => HalfMade.IsMarked(session, volume) ? null : PoolVolumes.Measure(session, volume)?.Bytes,
            cancellationToken);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var files = await jobs.RunAsync(
            new Job(Operations.ListVolumes, options.VolumeTimeout), PoolVolumes.List, cancellationToken);
        return [.. files.Select(HalfMade.VolumeOf).Distinct()];
    }

    public Task DeleteAsync(string volume, CancellationToken cancellationToken)
    {
        EndReading(volume);
        return jobs.RunAsync(
            NewJob(Operations.DeleteVolume, options.VolumeTimeout, volume),
            session => HalfMade.Delete(session, volume),
            cancellationToken);
    }

    public Task CreateOverlayAsync(
        string volume, string baseVolume, VolumeFormat baseFormat, long bytes, CancellationToken cancellationToken)
        => jobs.RunAsync(
            NewJob(Operations.CreateOverlay, options.VolumeTimeout, volume, baseVolume),
            session =>
            {
                var size = WholeVolumes.Measure(session, baseVolume).Bytes;
                WholeVolumes.RefuseShrinking(size, bytes);
                if (!session.IsTest)
                    PoolRoom.Require(session, OverlayBytes);
                var path = Path.Combine(options.VolumesFolder, baseVolume);
                HalfMade.Make(session, volume, () =>
                    PoolVolumes.Create(session, VolumeXml.OverlayOf(volume, bytes, path, baseFormat)));
            },
            cancellationToken);

    public Task WriteAsync(string volume, byte[] content, CancellationToken cancellationToken)
        => jobs.RunAsync(
            NewJob(Operations.WriteVolume, options.VolumeTimeout, volume),
            session => HalfMade.Make(session, volume, () => Fill(
                session, volume, new(VolumeFormat.Raw, content.Length, content.Length), isBase: false,
                upload => upload.Send(content))),
            cancellationToken);

    public Task ImportAsync(
        string volume, string path, VolumeFormat format, IProgress<double>? progress,
        CancellationToken cancellationToken)
        => jobs.RunAsync(
            NewJob(Operations.ImportVolume, options.CopyTimeout, volume),
            abandoned => CopyingAsync(
                session =>
                {
                    // Disks stand on the volume: it must not be missing for a moment, and never for good because the
                    // pool is full.
                    if (WholeVolumes.Exists(session, volume))
                        return;
                    var file = ImageFile.Read(path, format);
                    if (!session.IsTest)
                        PoolRoom.Require(session, file.FileBytes);
                    HalfMade.Make(session, volume, () => Fill(
                        session, volume, new(file.Format, file.DiskBytes, file.FileBytes), isBase: true, upload =>
                        {
                            using var source = File.OpenRead(file.Path);
                            upload.Send(source, progress, abandoned);
                        }));
                },
                abandoned),
            cancellationToken);

    public void Dispose()
    {
        copies.Dispose();
        sending.Dispose();
        receiving.Dispose();
    }

    private static Job NewJob(string operation, TimeSpan deadline, params string[] volumes)
    {
        if (volumes.FirstOrDefault(volume => !HalfMade.IsValidName(volume)) is { } name)
        {
            throw new HypervisorException(
                HypervisorFailure.NotSupported, operation, $"no volume can be called \"{name}\"");
        }
        return new Job(operation, deadline, [.. volumes.Select(Job.PlaceOf)]);
    }

    private Task<bool> CopyingAsync(Action<Session> copy, CancellationToken abandoned)
        => InTurnAsync(
            copies,
            () => jobs.Connection.CallAsync(
                session =>
                {
                    copy(session);
                    return true;
                },
                abandoned),
            abandoned);

    private static async Task<bool> InTurnAsync(SemaphoreSlim turn, Func<Task<bool>> run, CancellationToken abandoned)
    {
        await turn.WaitAsync(abandoned);
        try
        {
            return await run();
        }
        finally
        {
            turn.Release();
        }
    }

    private static void Fill(
        Session session, string volume, VolumeContent content, bool isBase, Action<VolumeUpload> send)
    {
        if (session.IsTest)
        {
            PoolVolumes.Create(session, VolumeXml.Of(volume, content.Bytes, content.Format));
            return;
        }
        using var upload = VolumeUpload.Begin(session, volume, content, isBase);
        send(upload);
        upload.Finish();
    }
}
