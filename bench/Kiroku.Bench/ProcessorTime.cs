using System.Globalization;

namespace Kiroku.Bench;

/// <summary>The processor time of a process and its children, as the kernel counts it.</summary>
internal static class ProcessorTime
{
    /// <summary>Ticks of these counters in a second.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>The process, the children that it has, and those that have ended.</summary>
    public static TimeSpan Of(int process)
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            if (Read(folder) is not { } stat)
                continue;
            var isParent = Path.GetFileName(folder) == process.ToString(CultureInfo.InvariantCulture);
            if (isParent || stat[1] == process)
                ticks += stat[11] + stat[12] + (isParent ? stat[13] + stat[14] : 0);
        }
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>The numbers behind the name, from the third field of the file on; null if the process has just ended.</summary>
    private static long[]? Read(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return [0, .. text[(text.LastIndexOf(')') + 4)..].Split(' ').Take(14).Select(field => long.Parse(field, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
