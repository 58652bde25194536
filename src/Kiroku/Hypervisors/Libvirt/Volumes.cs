namespace Kiroku.Hypervisors.Libvirt;

/// <summary>What is asked of volumes, as jobs.</summary>
internal sealed partial class Volumes(Work work, LibvirtOptions options, TimeProvider time) : IDisposable
{
    /// <summary>About what an empty overlay takes.</summary>
    private const long OverlayBytes = 256 * 1024;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim copies = new(options.ParallelCopies);

    public Task<long?> GetSizeAsync(string volume, CancellationToken cancellationToken)
        => work.RunAsync(
            NewJob(Operations.MeasureVolume, options.VolumeTimeout, volume),
            session => HalfMade.IsMarked(session, volume) ? null : PoolVolumes.Measure(session, volume)?.Bytes,
            cancellationToken);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var files = await work.RunAsync(
            new Job(Operations.ListVolumes, options.VolumeTimeout), PoolVolumes.List, cancellationToken);
        return [.. files.Select(HalfMade.VolumeOf).Distinct()];
    }

    public Task DeleteAsync(string volume, CancellationToken cancellationToken)
    {
        EndReading(volume);
        return work.RunAsync(
            NewJob(Operations.DeleteVolume, options.VolumeTimeout, volume),
            session => HalfMade.Delete(session, volume),
            cancellationToken);
    }

    public Task CreateOverlayAsync(
        string volume, string baseVolume, VolumeFormat baseFormat, long bytes, CancellationToken cancellationToken)
        => work.RunAsync(
            NewJob(Operations.CreateOverlay, options.VolumeTimeout, volume, baseVolume),
            session =>
            {
                var size = MeasureWhole(session, baseVolume).Bytes;
                RefuseShrinking(size, bytes);
                if (!session.IsTest)
                    PoolVolumes.RequireRoom(session, OverlayBytes);
                var path = Path.Combine(options.VolumesFolder, baseVolume);
                HalfMade.Make(session, volume, () =>
                    PoolVolumes.Create(session, VolumeXml.OverlayOf(volume, bytes, path, baseFormat)));
            },
            cancellationToken);

    public Task WriteAsync(string volume, byte[] content, CancellationToken cancellationToken)
        => work.RunAsync(
            NewJob(Operations.WriteVolume, options.VolumeTimeout, volume),
            session => HalfMade.Make(session, volume, () =>
                Fill(session, volume, new(VolumeFormat.Raw, content.Length, content.Length), isBase: false, upload => upload.Send(content))),
            cancellationToken);

    public Task ImportAsync(
        string volume, ImageSource image, IProgress<double>? progress, CancellationToken cancellationToken)
        => work.RunAsync(
            NewJob(Operations.ImportVolume, options.CopyTimeout, volume),
            abandoned => CopyingAsync(
                session =>
                {
                    // Disks stand on it: it must not be gone for a moment, and never for good because the pool is full.
                    if (IsWhole(session, volume))
                        return;
                    var file = ImageFile.Read(image.File, image.Format);
                    if (!session.IsTest)
                        PoolVolumes.RequireRoom(session, file.FileBytes);
                    HalfMade.Make(session, volume, () => Fill(
                        session, volume, new(file.Format, file.DiskBytes, file.FileBytes), isBase: true, upload =>
                        {
                            using var source = File.OpenRead(file.Path);
                            upload.Send(source, progress, abandoned);
                        }));
                },
                abandoned),
            cancellationToken);

    public Task CopyAsync(
        string source, string volume, long bytes, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        EndReading(volume);
        return work.RunAsync(
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
        return work.RunAsync(
            job with { Places = [.. job.Places, Job.PlaceOf(machine)] },
            abandoned => CopyingAsync(session => Snapshot(session, machine, source, volume, abandoned), abandoned),
            cancellationToken);
    }

    public void Dispose()
    {
        copies.Dispose();
        sending.Dispose();
        receiving.Dispose();
    }

    private static Job NewJob(string operation, TimeSpan deadline, params string[] volumes)
    {
        if (volumes.FirstOrDefault(volume => !HalfMade.IsValidName(volume)) is { } name)
            throw new HypervisorException(HypervisorFailure.NotSupported, operation, $"no volume can be called \"{name}\"");
        return new Job(operation, deadline, [.. volumes.Select(Job.PlaceOf)]);
    }

    private Task<bool> CopyingAsync(Action<Session> copy, CancellationToken abandoned)
        => InTurnAsync(
            copies,
            () => work.Connection.CallAsync(
                session =>
                {
                    copy(session);
                    return true;
                },
                abandoned),
            abandoned);

    private static void Fill(Session session, string volume, VolumeContent content, bool isBase, Action<VolumeUpload> send)
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

    private static void Copy(Session session, string source, string volume, long bytes)
    {
        var (size, allocated) = MeasureWhole(session, source);
        RefuseShrinking(size, bytes);
        using var original = PoolVolumes.Find(session, source) ?? throw PoolVolumes.Missing(source);
        DiskBases.RequireOwn(session, original);
        PoolVolumes.RequireRoom(session, PoolVolumes.AllocatedWithBase(session, original, size, allocated));
        HalfMade.Make(session, volume, () =>
        {
            // The mock cannot resize; there the copy has its final size at once.
            PoolVolumes.Clone(session, original, VolumeXml.Of(volume, session.IsTest ? bytes : size, VolumeFormat.Qcow2));
            if (!session.IsTest && bytes > size)
                PoolVolumes.Resize(session, volume, bytes);
        });
    }

    private static void Snapshot(Session session, Guid machine, string source, string volume, CancellationToken abandoned)
    {
        var (size, allocated) = MeasureWhole(session, source);
        if (session.IsTest || !Backups.CanRun(session, machine))
        {
            Copy(session, source, volume, size);
            return;
        }
        using (var original = PoolVolumes.Find(session, source) ?? throw PoolVolumes.Missing(source))
            PoolVolumes.RequireRoom(session, PoolVolumes.AllocatedWithBase(session, original, size, allocated));
        HalfMade.Make(session, volume, () => Backups.Run(
            session, machine, Path.Combine(session.Options.VolumesFolder, volume), abandoned));
    }

    private async Task ReportAsync(Task copy, string source, string volume, IProgress<double> progress)
    {
        while (await Task.WhenAny(copy, Task.Delay(ProgressInterval, time)) != copy)
        {
            try
            {
                var share = await work.Connection.CallAsync(
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

    private static bool IsWhole(Session session, string volume)
        => !HalfMade.IsMarked(session, volume) && PoolVolumes.Measure(session, volume) is not null;

    private static (long Bytes, long Allocated) MeasureWhole(Session session, string volume)
        => !HalfMade.IsMarked(session, volume) && PoolVolumes.Measure(session, volume) is { } found
            ? found
            : throw PoolVolumes.Missing(volume);

    private static void RefuseShrinking(long from, long to)
    {
        if (to < from)
            throw new RefusedException(HypervisorFailure.Failed, $"its content takes {from} bytes and cannot shrink to {to}");
    }
}

/// <summary>A disk image outside the pool.</summary>
internal sealed record ImageSource(string File, VolumeFormat Format);
