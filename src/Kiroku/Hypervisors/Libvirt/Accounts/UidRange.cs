namespace Kiroku.Hypervisors.Libvirt.Accounts;

/// <summary>The range of the host's user ids that a data folder's machines run as.</summary>
internal sealed record UidRange(uint First)
{
    public const uint Count = 4096;

    /// <summary>
    /// The first id that machines get where no setting says otherwise: after those that systemd gives to containers,
    /// and before its foreign ids (its "Users, Groups, UIDs and GIDs").
    /// </summary>
    public const uint Lowest = 0x7000_0000;

    /// <summary>The first id after those that machines get.</summary>
    public const uint End = 0x7FFE_0000;

    public uint Last => First + Count - 1;

    /// <summary>Whether machines get this id where no setting says otherwise.</summary>
    public static bool IsForMachines(uint id) => id is >= Lowest and < End;

    public bool Contains(uint id) => id >= First && id <= Last;

    public bool Overlaps(uint first, uint count) => first <= Last && first + (ulong)count > First;

    /// <summary>The range of the namespace that a process is in; null for a namespace of another kind.</summary>
    public static UidRange? Of(int process)
        => IdMap.Read(process) is [(0, _, 1), (1, var first, Count)] ? new UidRange(first) : null;
}
