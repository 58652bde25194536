using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiroku.SystemTests.Service;

/// <summary>A guest's report on its console when it is ready.</summary>
internal sealed partial record Guest(
    string BootId, int Boots, string DiskId, string Uuid, long DiskBytes, int MemoryKiB, int Vcpus)
{
    public int Disks { get; private init; }

    /// <summary>Every ready line on a console, oldest first.</summary>
    public static IReadOnlyList<Guest> ReadAll(string console) => [.. Ready().Matches(console).Select(Read)];

    private static Guest Read(Match line)
    {
        return new Guest(Text("boot"), (int)Number("boots"), Text("disk"), Text("uuid"), Number("bytes"),
            (int)Number("memory"), (int)Number("vcpus"))
        { Disks = (int)Number("disks") };

        string Text(string name) => line.Groups[name].Value;
        long Number(string name) => long.Parse(Text(name), CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"^KIROKU READY boot_id=(?<boot>\S+) boots=(?<boots>\d+) disk_id=(?<disk>\S+) uuid=(?<uuid>\S+) hostname=\S+ "
        + @"disk_bytes=(?<bytes>\d+) disks=(?<disks>\d+) memory_kib=(?<memory>\d+) vcpus=(?<vcpus>\d+)\s*$",
        RegexOptions.Multiline)]
    private static partial Regex Ready();
}
