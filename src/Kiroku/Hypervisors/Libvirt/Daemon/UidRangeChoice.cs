using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kiroku.Hypervisors.Libvirt.Accounts;

namespace Kiroku.Hypervisors.Libvirt.Daemon;

/// <summary>
/// Chooses the user ids that a data folder's machines run as: once, by the folder's path, among those that no
/// distribution gives to anybody, and never one that somebody has.
/// </summary>
internal static class UidRangeChoice
{
    /// <summary>The range that a data folder has had, else the first that is free.</summary>
    /// <exception cref="HypervisorException">The range is taken, or all ranges are.</exception>
    public static UidRange Choose(PrivateFolders folders, uint configured)
    {
        var memory = folders.Uids;
        if (configured == 0 && File.Exists(memory)
            && uint.TryParse(File.ReadAllText(memory), CultureInfo.InvariantCulture, out var had))
            configured = had;
        var others = UidsInUse.Read();
        var candidates = configured != 0 ? [new UidRange(configured)] : Candidates(folders.DataFolder);
        foreach (var range in candidates)
        {
            if (others.Find(range) is not { } user)
            {
                File.WriteAllText(memory, range.First.ToString(CultureInfo.InvariantCulture));
                return range;
            }
            if (configured != 0)
                throw Taken(range, user);
        }
        throw Taken(new UidRange(UidRange.Lowest), "others, and so are all after them");
    }

    private static IEnumerable<UidRange> Candidates(string dataFolder)
    {
        const uint Ranges = (UidRange.End - UidRange.Lowest) / UidRange.Count;
        var hash = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)));
        for (var step = 0u; step < Ranges; step++)
            yield return new UidRange(UidRange.Lowest + (hash % Ranges + step) % Ranges * UidRange.Count);
    }

    private static HypervisorException Taken(UidRange range, string user) => StartFailure.Of(
        $"the user ids {range.First} to {range.Last}, which its machines are to run as, are taken by {user}; "
        + "choose others with Hypervisors:FirstUid");
}
