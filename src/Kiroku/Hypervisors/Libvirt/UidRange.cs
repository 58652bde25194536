using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>
/// The host's user ids that a data folder's machines run as. Chosen once, by the folder's path, among those that no
/// distribution gives to anybody, and never one that somebody has.
/// </summary>
internal sealed record UidRange(uint First)
{
    public const uint Count = 4096;

    /// <summary>
    /// Between those that systemd gives to containers and its foreign ids (its "Users, Groups, UIDs and GIDs").
    /// </summary>
    private const uint Lowest = 0x7000_0000;
    private const uint End = 0x7FFE_0000;

    public uint Last => First + Count - 1;

    /// <summary>Whether an id is one that machines get where no setting says otherwise.</summary>
    public static bool IsForMachines(uint id) => id is >= Lowest and < End;

    public bool Contains(uint id) => id >= First && id <= Last;

    public bool Overlaps(uint first, uint count) => first <= Last && first + (ulong)count > First;

    /// <summary>Those of the namespace that a process is in, beside the daemon's own; null for a namespace of another kind.</summary>
    public static UidRange? Of(int process)
        => IdMap.Read(process) is [(0, _, 1), (1, var first, Count)] ? new UidRange(first) : null;

    /// <summary>The range that a data folder has had, else the first that is free.</summary>
    /// <exception cref="HypervisorException">It is taken, or all are.</exception>
    public static UidRange Choose(PrivateFolders folders, uint configured)
    {
        var memory = folders.Uids;
        if (configured == 0 && File.Exists(memory)
            && uint.TryParse(File.ReadAllText(memory), CultureInfo.InvariantCulture, out var had)) configured = had;
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
        throw Taken(new UidRange(Lowest), "others, and so are all after them");
    }

    private static IEnumerable<UidRange> Candidates(string dataFolder)
    {
        const uint Ranges = (End - Lowest) / Count;
        var hash = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)));
        for (var step = 0u; step < Ranges; step++)
            yield return new UidRange(Lowest + (hash % Ranges + step) % Ranges * Count);
    }

    private static HypervisorException Taken(UidRange range, string user) => new(
        HypervisorFailure.Unavailable, PrivateLibvirtd.Starting,
        $"the user ids {range.First} to {range.Last}, which its machines are to run as, are taken by {user}; "
        + "choose others with Hypervisors:FirstUid");
}
