using System.Globalization;

namespace Kiroku.SystemTests.Cluster;

/// <summary>The sockets on which a process listens, found in the kernel's tables by the process's
/// descriptors.</summary>
internal static class ListeningSockets
{
    private const string Listening = "0A";

    /// <summary>Port numbers and names of Unix sockets. An abstract one begins with @.</summary>
    public static IReadOnlyList<string> Of(int process)
    {
        var inodes = Directory.GetFiles($"/proc/{process}/fd").Select(Target)
            .Where(name => name.StartsWith("socket:[", StringComparison.Ordinal)).Select(name => name[8..^1])
                .ToHashSet();
        return [.. new[] { "tcp", "tcp6" }.SelectMany(kind => Ports(process, kind, inodes)), .. Unix(process, inodes)];
    }

    private static string Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, false)?.Name ?? "";
        }
        catch (IOException)
        {
            // The descriptor was closed meanwhile.
            return "";
        }
    }

    private static IEnumerable<string> Ports(int process, string kind, HashSet<string> inodes)
        => Rows($"/proc/{process}/net/{kind}").Where(row => row[3] == Listening && inodes.Contains(row[9]))
            .Select(
                row => int.Parse(row[1].AsSpan(row[1].LastIndexOf(':') + 1), NumberStyles.HexNumber,
                    CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));

    /// <summary>Unix sockets with the flag of a listening one.</summary>
    private static IEnumerable<string> Unix(int process, HashSet<string> inodes)
        => Rows($"/proc/{process}/net/unix").Where(row => row[3] == "00010000" && inodes.Contains(row[6])).Select(
            row => row.ElementAtOrDefault(7) ?? "unnamed");

    private static IEnumerable<string[]> Rows(string file)
        => File.ReadLines(file).Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
