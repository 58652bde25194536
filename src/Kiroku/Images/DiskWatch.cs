using System.Diagnostics.Metrics;

namespace Kiroku.Images;

/// <summary>
/// Measures the file systems of data, volumes and images. Warns before one reaches its reserve, because new images
/// and disks are refused then.
/// </summary>
internal sealed partial class DiskWatch(
    ServiceSettings settings, ImageFiles files, ImageStore store, DiskReserve reserve, IMeterFactory meters,
    TimeProvider time,
    ILogger<DiskWatch> logger) : RepeatedWork(TimeSpan.FromSeconds(30), time, logger)
{
    /// <summary>A warning is due when free space is less than so many times the reserve.</summary>
    private const int Near = 2;

    private readonly HashSet<string> warned = [];
    private volatile IReadOnlyList<Measured> last = [];
    private long imageBytes;

    protected override string Work => "Measuring disks";

    /// <summary>The metrics report the last measurement, so that collectors never wait for a disk.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(Meters.Name);
        meter.CreateObservableGauge(
            "kiroku.disk.free", () => last.Select(disk => disk.Tell(disk.Free)), "By",
            "Free bytes of a folder's file system");
        meter.CreateObservableGauge(
            "kiroku.disk.reserve", () => last.Select(disk => disk.Tell(disk.Kept)), "By",
            "Bytes of it that images and disks leave free");
        meter.CreateObservableGauge(
            "kiroku.images.size", () => Volatile.Read(ref imageBytes), "By", "Bytes of all images");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        last = [.. Folders().Select(Measure)];
        foreach (var disk in last)
            Warn(disk);
        Volatile.Write(ref imageBytes, await store.MeasureAsync(cancellationToken));
    }

    private IEnumerable<(string Name, string Path)> Folders()
    {
        var volumes = Path.Combine(settings.DataDirectory, "volumes");
        yield return ("data", settings.DataDirectory);
        yield return ("images", files.Folder);
        if (Directory.Exists(volumes))
            yield return ("volumes", volumes);
    }

    private Measured Measure((string Name, string Path) folder)
    {
        var (free, kept) = reserve.Look(folder.Path);
        return new Measured(folder.Name, free, kept);
    }

    private void Warn(Measured disk)
    {
        if (disk.Free >= Near * disk.Kept)
            warned.Remove(disk.Folder);
        else if (warned.Add(disk.Folder))
            LogNear(disk.Folder, disk.Free, disk.Kept);
    }

    [LoggerMessage(LogLevel.Warning,
        "The disk that holds {Folder} is nearly full: {Free} bytes are free, and below {Kept} images and new disks are "
            + "refused")]
    private partial void LogNear(string folder, long free, long kept);

    /// <summary>The measured space of a folder's file system.</summary>
    private sealed record Measured(string Folder, long Free, long Kept)
    {
        public Measurement<long> Tell(long value) => new(value, new KeyValuePair<string, object?>("folder", Folder));
    }
}
