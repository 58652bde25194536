using System.Globalization;

namespace Kiroku.Hypervisors.Libvirt.Accounts;

/// <summary>
/// The user ids of a user namespace and the host's ids that they stand for, as the kernel tells them of a process.
/// </summary>
internal static class IdMap
{
    /// <summary>The map's entries; none where there is no such process.</summary>
    public static List<(uint Inside, uint Outside, uint Count)> Read(int process)
    {
        try
        {
            return [.. File.ReadLines($"/proc/{process}/uid_map").Select(Parse)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static (uint Inside, uint Outside, uint Count) Parse(string line)
    {
        var numbers = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(number => uint.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return (numbers[0], numbers[1], numbers[2]);
    }
}
