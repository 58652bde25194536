using System.Globalization;

namespace Kiroku.Hypervisors.Libvirt.Accounts;

/// <summary>
/// The user ids that are in use on this host: by accounts, by what accounts were given for containers, and by running
/// processes.
/// </summary>
internal sealed class UidsInUse
{
    private readonly List<(uint First, uint Count, string User)> ranges = [];

    public static UidsInUse Read()
    {
        var found = new UidsInUse();
        foreach (var file in new[] { "/etc/passwd", "/etc/group" })
            found.AddAccounts(file);
        foreach (var file in new[] { "/etc/subuid", "/etc/subgid" })
            found.AddSubordinates(file);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            found.AddProcess(folder);
        return found;
    }

    /// <summary>The user of any id in the range; null if nobody has one.</summary>
    public string? Find(UidRange range)
    {
        foreach (var (first, count, user) in ranges)
        {
            if (range.Overlaps(first, count))
                return user;
        }
        return null;
    }

    private void AddAccounts(string file)
    {
        foreach (var fields in Lines(file).Select(line => line.Split(':')))
        {
            if (fields.Length > 2 && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var id))
                ranges.Add((id, 1, $"{fields[0]} ({file})"));
        }
    }

    private void AddSubordinates(string file)
    {
        foreach (var fields in Lines(file).Select(line => line.Split(':')))
        {
            if (fields.Length == 3 && uint.TryParse(fields[1], CultureInfo.InvariantCulture, out var first)
                && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var count))
                ranges.Add((first, count, $"{fields[0]} ({file})"));
        }
    }

    private void AddProcess(string folder)
    {
        if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
            return;
        if (OwnerOf(folder) is { } owner)
            ranges.Add((owner, 1, $"process {id}"));
        foreach (var (_, outside, count) in IdMap.Read(id).Where(entry => entry.Count != uint.MaxValue))
            ranges.Add((outside, count, $"process {id}"));
    }

    private static uint? OwnerOf(string folder)
    {
        try
        {
            return FileStatus.OfItself(folder).Owner;
        }
        catch (IOException)
        {
            // The process has ended.
            return null;
        }
    }

    private static IEnumerable<string> Lines(string file) => File.Exists(file) ? File.ReadLines(file) : [];
}
