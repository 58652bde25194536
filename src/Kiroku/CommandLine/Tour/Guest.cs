using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Kiroku.CommandLine.Tour;

/// <summary>What the guest itself reports of each action: the lines that it writes to its serial console
/// (guest/init).</summary>
internal sealed partial class Guest(Cloud cloud, string server, TimeProvider time)
{
    private static readonly TimeSpan BootTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private readonly HashSet<string> known = [];

    /// <summary>The last boot that the guest reported.</summary>
    public Boot? Last { get; private set; }

    /// <summary>Waits until the guest reports that it is ready after a new boot.</summary>
    public async Task<Boot> WaitForBootAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var console = await ReadAsync(cancellationToken);
            if (Boots(console).LastOrDefault() is { } boot && known.Add(boot.BootId))
                return Last = boot;
            if (time.GetElapsedTime(began) > BootTimeout)
                throw new TourException("expected KIROKU READY with a new boot_id on the console, came: "
                    + $"{console.TrimEnd()[Math.Max(0, console.TrimEnd().Length - 500)..]}");
            await Task.Delay(LookInterval, time, cancellationToken);
        }
    }

    /// <summary>What differs from the expected after an action; empty if nothing does.</summary>
    public async Task<IReadOnlyList<string>> CompareAsync(
        Stage stage, Flavor flavor, CancellationToken cancellationToken)
    {
        switch (stage.Guest)
        {
            case GuestTells.Gone:
                var answer = await AskAsync(cancellationToken);
                return answer.Status is HttpStatusCode.Conflict or HttpStatusCode.NotFound
                    ? [] : [$"expected no console, came {(int)answer.Status}"];
            case GuestTells.PowerOff:
                return await ReadAsync(cancellationToken) is var end && IsOff(end)
                    ? [] : ["expected KIROKU POWEROFF at the console's end"];
            case GuestTells.Nothing:
                // A machine that was defined anew has an empty console.
                return Boots(await ReadAsync(cancellationToken)).LastOrDefault() is { } other
                    && other.BootId != Last!.BootId
                    ? [$"expected no further boot, came {other}"] : [];
            default:
                var before = Last!;
                var boot = await WaitForBootAsync(cancellationToken);
                var differences = Differences(before, boot, stage.Guest == GuestTells.FreshDisk, flavor).ToList();
                if (stage.Guest == GuestTells.FreshDisk && !IsOff(await ReadAsync(cancellationToken)))
                    differences.Add("expected KIROKU POWEROFF at the console's end");
                return differences;
        }
    }

    private static IEnumerable<string> Differences(Boot before, Boot boot, bool fresh, Flavor flavor)
    {
        if (fresh && (boot.DiskId == before.DiskId || boot.Boots != 1))
            yield return $"expected the first boot on a fresh disk, came boot {boot.Boots} on {boot.DiskId} after "
                + $"{before.DiskId}";
        if (!fresh && (boot.DiskId != before.DiskId || boot.Boots != before.Boots + 1))
            yield return $"expected boot {before.Boots + 1} on the disk {before.DiskId}, came boot {boot.Boots} on "
                + $"{boot.DiskId}";
        foreach (var difference in boot.Compare(flavor))
            yield return difference;
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync(cancellationToken);
        answer.Require(HttpStatusCode.OK);
        return (string)answer.Json["output"]!;
    }

    private Task<Answer> AskAsync(CancellationToken cancellationToken)
        => cloud.SendAsync(
            HttpMethod.Post, $"/v2.1/servers/{server}/action", """{"os-getConsoleOutput": {}}""", cancellationToken);

    private static bool IsOff(string console)
        => console.LastIndexOf("KIROKU POWEROFF", StringComparison.Ordinal) > console.LastIndexOf(
            "KIROKU READY", StringComparison.Ordinal);

    private static IEnumerable<Boot> Boots(string console) => Ready().Matches(console).Select(match =>
    {
        long Number(string name) => long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
        return new Boot(match.Groups["boot"].Value, (int)Number("boots"), match.Groups["disk"].Value, Number("bytes"),
            Number("memory"), (int)Number("vcpus"));
    });

    [GeneratedRegex(
        @"^KIROKU READY boot_id=(?<boot>\S+) boots=(?<boots>\d+) disk_id=(?<disk>\S+) "
        + @".*\bdisk_bytes=(?<bytes>\d+) .*\bmemory_kib=(?<memory>\d+) vcpus=(?<vcpus>\d+)\s*$",
        RegexOptions.Multiline)]
    private static partial Regex Ready();
}

/// <summary>The guest's report of one boot.</summary>
internal sealed record Boot(string BootId, int Boots, string DiskId, long DiskBytes, long MemoryKiB, int Vcpus)
{
    /// <summary>How the boot differs from the flavor. The guest's kernel keeps a part of the memory to
    /// itself.</summary>
    public IEnumerable<string> Compare(Flavor flavor)
    {
        var memory = flavor.MemoryMiB * 1024L;
        if (Vcpus != flavor.Vcpus)
            yield return $"expected {flavor.Vcpus} vcpus, came {Vcpus}";
        if (MemoryKiB > memory || MemoryKiB < memory * 6 / 10)
            yield return $"expected nearly {memory} KiB of memory, came {MemoryKiB}";
        if (DiskBytes != flavor.DiskGiB * 1024L * 1024 * 1024)
            yield return $"expected a disk of {flavor.DiskGiB} GiB, came {DiskBytes} bytes";
    }

    public override string ToString()
        => $"boot {Boots} on disk {DiskId[..8]} of {DiskBytes >> 30} GiB, vcpus {Vcpus}, memory {MemoryKiB >> 10} MiB, "
            + $"boot_id {BootId[..8]}";
}

/// <summary>A flavor as the API lists it.</summary>
internal sealed record Flavor(string Id, int Vcpus, int MemoryMiB, int DiskGiB);
