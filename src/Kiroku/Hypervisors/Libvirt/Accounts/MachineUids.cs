using System.Globalization;
using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Accounts;

/// <summary>
/// The user id of each machine, as the daemon counts them: one of its own as long as anything of the machine is on this
/// host, so that a QEMU that was taken over can open no other's files.
/// </summary>
internal sealed class MachineUids(UidRange range, IReadOnlyList<string> folders)
{
    /// <summary>The id of the group that may read bases; no machine has it.</summary>
    public const uint Shared = 1;

    private readonly Lock gate = new();
    private Dictionary<Guid, uint>? known;
    private uint last = Shared;

    public UidRange Range => range;

    /// <summary>The machine's id, now and as long as it is defined.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="readDefined">Reads the ids that machines are defined with; called once, before the first is
    /// given.</param>
    public uint Take(Guid machine, Func<Dictionary<Guid, uint>> readDefined)
    {
        lock (gate)
        {
            known ??= readDefined();
            if (known.TryGetValue(machine, out var uid))
                return uid;
            return known[machine] = last = NextFree();
        }
    }

    /// <summary>Gives back the id of a machine that is no more.</summary>
    public void Release(Guid machine)
    {
        lock (gate)
            known?.Remove(machine);
    }

    /// <summary>
    /// Takes the next id and not the lowest: an id that a machine had is left alone as long as there are others.
    /// </summary>
    private uint NextFree()
    {
        var taken = known!.Values.Concat(Owners()).ToHashSet();
        for (var step = 1u; step < UidRange.Count; step++)
        {
            var uid = Shared + 1 + (last - Shared - 1 + step) % (UidRange.Count - 1);
            if (!taken.Contains(uid))
                return uid;
        }
        throw new RefusedException(
            HypervisorFailure.Failed,
            $"all {(UidRange.Count - 1).ToString(CultureInfo.InvariantCulture)} user ids for machines are taken");
    }

    /// <summary>
    /// The ids that files and processes have: a shelved server has no machine here but a config drive, and a process
    /// that was switched off by force may still be ending.
    /// </summary>
    private IEnumerable<uint> Owners()
        => folders.Append("/proc")
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFileSystemEntries)
            .Select(OwnerOf)
            .Where(range.Contains)
            .Select(owner => owner - range.First + 1);

    private static uint OwnerOf(string path)
    {
        try
        {
            return FileStatus.OfItself(path).Owner;
        }
        catch (IOException)
        {
            // The file or process has just gone.
            return 0;
        }
    }
}
