using System.Runtime.InteropServices;
using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>
/// Finds our machines at libvirt, which calls them domains, and reads their states. All members block.
/// </summary>
internal static class DomainLookup
{
    private const uint StatsOfState = 1;

    /// <summary>The states of all our machines, read in one call, however many there are.</summary>
    public static unsafe Dictionary<Guid, MachineState> List(Session session)
    {
        var count = LibvirtException.Check(
            Native.virConnectGetAllDomainStats(session.Connect, StatsOfState, out var records, 0));
        var machines = new Dictionary<Guid, MachineState>();
        foreach (var item in new ReadOnlySpan<nint>(records, count))
        {
            var record = (Native.DomainStats*)item;
            if (IdOf(session, record->Domain) is { } machine
                && Native.virTypedParamsGetInt(record->Parameters, record->Count, "state.state", out var state) == 1)
                machines[machine] = Translate(state);
        }
        Native.virDomainStatsRecordListFree(records);
        return machines;
    }

    /// <summary>
    /// The machine; null if there is none. Somebody may have renamed it, or have defined it again without its UUID.
    /// </summary>
    public static DomainHandle? Find(Session session, Guid machine)
        => Found(Native.virDomainLookupByUUIDString(session.Connect, machine.ToString("D")))
            ?? Found(Native.virDomainLookupByName(
                session.Connect, MachineNames.Format(machine, session.Options.MachinePrefix)));

    /// <exception cref="RefusedException">There is no such machine.</exception>
    public static DomainHandle Need(Session session, Guid machine)
        => Find(session, machine) ?? throw new RefusedException(HypervisorFailure.Failed, "there is no such machine");

    public static MachineState StateOf(Session session, Guid machine)
    {
        using var domain = Find(session, machine);
        return domain is null ? MachineState.Absent : StateOf(domain);
    }

    public static MachineState StateOf(DomainHandle domain)
    {
        if (Native.virDomainGetState(domain, out var state, out _, 0) >= 0)
            return Translate(state);
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.NoMachine ? MachineState.Absent : throw error;
    }

    /// <summary>Whether libvirt notes that the machine's memory was saved; the file may be lost.</summary>
    public static bool IsSaved(DomainHandle domain)
        => LibvirtException.Check(Native.virDomainHasManagedSaveImage(domain, 0)) == 1;

    private static DomainHandle? Found(DomainHandle domain)
    {
        if (!domain.IsInvalid)
            return domain;
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.NoMachine ? null : throw error;
    }

    /// <summary>
    /// The id of one of our machines; null for others'. A daemon that gives machines accounts of their own has only
    /// ours, so there a renamed one is known by its UUID.
    /// </summary>
    private static Guid? IdOf(Session session, nint domain)
    {
        var name = Marshal.PtrToStringUTF8(Native.virDomainGetName(domain));
        if (MachineNames.Parse(name, session.Options.MachinePrefix) is { } machine)
            return machine;
        return session.Uids is null ? null : Native.GetUuid(domain);
    }

    /// <summary>The state behind virDomainState's number; a machine that is being shut down (4) still runs.</summary>
    private static MachineState Translate(int state) => state switch
    {
        1 or 2 or 4 => MachineState.Running,
        3 or 7 => MachineState.Paused,
        6 => MachineState.Crashed,
        _ => MachineState.Off,
    };
}
