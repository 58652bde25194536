using System.Runtime.InteropServices;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>Single steps on machines, each one call or two of libvirt's. All of them block.</summary>
internal static class Domains
{
    private const uint AcpiPowerButton = 1;
    private const uint WithManagedSaveAndSnapshots = 3;
    private const uint SavedAsRunning = 2;
    private const uint StatsOfState = 1;
    private const uint WithSecrets = 1;
    private const uint InactiveWithSecrets = 3;

    /// <summary>All machines in one call, however many there are.</summary>
    public static unsafe Dictionary<Guid, MachineState> List(Session session)
    {
        var count = LibvirtException.Check(Native.virConnectGetAllDomainStats(session.Connect, StatsOfState, out var records, 0));
        var machines = new Dictionary<Guid, MachineState>();
        foreach (var item in new ReadOnlySpan<nint>(records, count))
        {
            var record = (Native.DomainStats*)item;
            var name = Marshal.PtrToStringUTF8(Native.virDomainGetName(record->Domain));
            if (MachineNames.Parse(name, session.Options.MachinePrefix) is { } machine
                && Native.virTypedParamsGetInt(record->Parameters, record->Count, "state.state", out var state) == 1)
                machines[machine] = Translate(state);
        }
        Native.virDomainStatsRecordListFree(records);
        return machines;
    }

    public static MachineState State(Session session, Guid machine)
    {
        using var domain = Find(session, machine);
        return domain is null ? MachineState.Absent : State(domain);
    }

    public static void Define(Session session, MachineSpec spec)
        => LibvirtException.Check(Native.virDomainDefineXML(
            session.Connect, MachineLabels.Apply(session, spec.Id, MachineXml.Of(spec, session)))).Dispose();

    /// <summary>Switches it on afresh: memory that was saved may belong to a disk that it has no more.</summary>
    public static void Start(Session session, Guid machine) => Run(session, machine, afresh: true);

    /// <summary>Has it go on from where its memory was kept.</summary>
    public static void Continue(Session session, Guid machine) => Run(session, machine, afresh: false);

    public static void Pause(Session session, Guid machine)
    {
        using var domain = Need(session, machine);
        if (State(domain) != MachineState.Paused)
            LibvirtException.Check(Native.virDomainSuspend(domain));
    }

    public static void Save(Session session, Guid machine)
    {
        using var domain = Need(session, machine);
        if (State(domain) == MachineState.Off && IsSaved(domain))
            return;
        RequireRoomForMemory(session, domain);
        LibvirtException.Check(Native.virDomainManagedSave(domain, SavedAsRunning));
    }

    /// <summary>Of a private daemon, whose folder it is kept in; a system's has its own file system's room.</summary>
    private static void RequireRoomForMemory(Session session, DomainHandle domain)
    {
        if (session.IsTest || !Directory.Exists(session.Options.DaemonFolder))
            return;
        var bytes = (long)Native.virDomainGetMaxMemory(domain) * 1024;
        if (session.Options.Reserve.FreeIn(session.Options.DaemonFolder) is var free && free < bytes)
            throw new RefusedException(HypervisorFailure.NoSpace, $"the memory takes {bytes} bytes and {free} are free beside the reserve");
    }

    private static void Run(Session session, Guid machine, bool afresh)
    {
        using var domain = Need(session, machine);
        switch (State(domain))
        {
            case MachineState.Running:
                return;
            case MachineState.Paused:
                LibvirtException.Check(Native.virDomainResume(domain));
                return;
            case MachineState.Crashed:
                Destroy(domain);
                break;
        }
        if (afresh && IsSaved(domain))
            Pass(Native.virDomainManagedSaveRemove(domain, 0), LibvirtException.OperationInvalid);
        Isolate(session, domain);
        MachineLabels.Renew(session, machine, domain, IsSaved(domain));
        if (Native.virDomainCreate(domain) >= 0)
            return;
        var error = LibvirtException.Read();
        if (error.Code != LibvirtException.OperationInvalid || State(domain) != MachineState.Running)
            throw error;
    }

    /// <summary>Machines that run with a card of QEMU's own network that reaches the host.</summary>
    public static List<Guid> ListReachingHost(Session session)
    {
        var running = List(session).Where(pair => pair.Value is MachineState.Running or MachineState.Paused);
        return [.. running.Select(pair => pair.Key).Where(machine => ReachesHost(session, machine))];
    }

    private static bool ReachesHost(Session session, Guid machine)
    {
        using var domain = Find(session, machine);
        var definition = domain is null ? 0 : Native.virDomainGetXMLDesc(domain, 0);
        return definition != 0 && NetworkCard.ReachesHost(Native.Take(definition));
    }

    /// <summary>
    /// A definition, or memory that was saved, may be of a time when the setting or its default was QEMU's open network.
    /// </summary>
    private static void Isolate(Session session, DomainHandle domain)
    {
        if (session.IsTest || MachineNetwork.Parse(session.Options.Network).Kind == NetworkKind.User)
            return;
        if (NetworkCard.Isolate(Native.Take(Native.virDomainGetXMLDesc(domain, InactiveWithSecrets))) is { } definition)
            LibvirtException.Check(Native.virDomainDefineXML(session.Connect, definition)).Dispose();
        if (IsSaved(domain) && NetworkCard.Isolate(Native.Take(Native.virDomainManagedSaveGetXMLDesc(domain, WithSecrets))) is { } saved)
            LibvirtException.Check(Native.virDomainManagedSaveDefineXML(domain, saved, 0));
    }

    /// <summary>Presses the power button; what the guest makes of it shows later.</summary>
    public static void PressPowerButton(Session session, Guid machine)
    {
        using var domain = Find(session, machine);
        if (domain is null)
            return;
        var result = session.IsTest
            ? Native.virDomainShutdown(domain)
            : Native.virDomainShutdownFlags(domain, AcpiPowerButton);
        Pass(result, LibvirtException.OperationInvalid);
    }

    public static void Destroy(Session session, Guid machine)
    {
        using var domain = Find(session, machine);
        if (domain is not null && State(domain) is not (MachineState.Off or MachineState.Absent))
            Destroy(domain);
    }

    public static void Undefine(Session session, Guid machine)
    {
        using var domain = Find(session, machine);
        if (domain is not null)
            Pass(Native.virDomainUndefineFlags(domain, WithManagedSaveAndSnapshots));
        session.Uids?.Release(machine);
    }

    public static DomainHandle Need(Session session, Guid machine)
        => Find(session, machine) ?? throw new RefusedException(HypervisorFailure.Failed, "there is no such machine");

    private static bool IsSaved(DomainHandle domain)
        => LibvirtException.Check(Native.virDomainHasManagedSaveImage(domain, 0)) == 1;

    public static DomainHandle? Find(Session session, Guid machine)
    {
        var name = MachineNames.Format(machine, session.Options.MachinePrefix);
        var domain = Native.virDomainLookupByName(session.Connect, name);
        if (!domain.IsInvalid)
            return domain;
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.NoMachine ? null : throw error;
    }

    public static MachineState State(DomainHandle domain)
    {
        if (Native.virDomainGetState(domain, out var state, out _, 0) >= 0)
            return Translate(state);
        var error = LibvirtException.Read();
        return error.Code == LibvirtException.NoMachine ? MachineState.Absent : throw error;
    }

    private static void Destroy(DomainHandle domain)
        => Pass(Native.virDomainDestroy(domain), LibvirtException.OperationInvalid);

    /// <summary>The machine may be gone, or be as wanted, by the time the call comes through.</summary>
    private static void Pass(int result, int alsoFine = LibvirtException.NoMachine)
    {
        if (result >= 0)
            return;
        var error = LibvirtException.Read();
        if (error.Code != LibvirtException.NoMachine && error.Code != alsoFine)
            throw error;
    }

    /// <summary>virDomainState's numbers; one that is being shut down (4) still runs.</summary>
    private static MachineState Translate(int state) => state switch
    {
        1 or 2 or 4 => MachineState.Running,
        3 or 7 => MachineState.Paused,
        6 => MachineState.Crashed,
        _ => MachineState.Off,
    };
}
