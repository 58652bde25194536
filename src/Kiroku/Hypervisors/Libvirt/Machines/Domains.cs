using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>The verbs for machines, each one call or two of libvirt's. All of them block.</summary>
internal static class Domains
{
    private const uint AcpiPowerButton = 1;
    private const uint SavedAsRunning = 2;

    public static void Define(Session session, MachineSpec spec)
    {
        Reservations.ReleaseFormer(session, spec.Id);
        var name = DefinedNames.Choose(session, spec.Id);
        var definition = MachineLabels.Apply(session, spec.Id, MachineXml.Of(spec, name, session));
        Definitions.Write(session, UefiVariables.Note(session, spec.Id, definition));
        Reservations.Ensure(session, spec);
    }

    /// <summary>Switches the machine on afresh: saved memory may belong to a disk that it no longer has.</summary>
    public static void Start(Session session, Guid machine) => Run(session, machine, afresh: true);

    /// <summary>Lets the machine go on from its saved memory.</summary>
    public static void Continue(Session session, Guid machine) => Run(session, machine, afresh: false);

    public static void Pause(Session session, Guid machine)
    {
        using var domain = DomainLookup.Need(session, machine);
        if (DomainLookup.StateOf(domain) != MachineState.Paused)
            LibvirtException.Check(Native.virDomainSuspend(domain));
    }

    /// <summary>Sends each of the machine's processors an interrupt that its guest cannot mask.</summary>
    public static void InjectNmi(Session session, Guid machine)
    {
        using var domain = DomainLookup.Need(session, machine);
        LibvirtException.Check(Native.virDomainInjectNMI(domain, 0));
    }

    /// <summary>Writes the machine's memory to the disk and switches it off.</summary>
    public static void Save(Session session, Guid machine)
    {
        using var domain = DomainLookup.Need(session, machine);
        if (DomainLookup.StateOf(domain) == MachineState.Off && SavedMemory.IsThere(session, domain))
            return;
        RequireRoomForMemory(session, domain);
        KeepDefinition(session, domain);
        LibvirtException.Check(Native.virDomainManagedSave(domain, SavedAsRunning));
    }

    /// <summary>Presses the machine's power button; what the guest makes of it shows later.</summary>
    public static void PressPowerButton(Session session, Guid machine)
    {
        using var domain = DomainLookup.Find(session, machine);
        if (domain is null)
            return;
        var result = session.IsTest
            ? Native.virDomainShutdown(domain)
            : Native.virDomainShutdownFlags(domain, AcpiPowerButton);
        Pass(result, LibvirtException.OperationInvalid);
    }

    /// <summary>Switches the machine off by force.</summary>
    /// <returns>Whether it was on.</returns>
    public static bool Destroy(Session session, Guid machine)
    {
        using var domain = DomainLookup.Find(session, machine);
        if (domain is null || DomainLookup.StateOf(domain) is MachineState.Off or MachineState.Absent)
            return false;
        Destroy(domain);
        return true;
    }

    /// <summary>Forgets the machine's definition and gives back the address and the account that it had.</summary>
    public static void Undefine(Session session, Guid machine)
    {
        using var domain = DomainLookup.Find(session, machine);
        Reservations.Release(session, machine, domain);
        if (domain is not null)
        {
            UefiVariables.Claim(session, domain);
            Pass(Definitions.Remove(session, domain));
        }
        session.Uids?.Release(machine);
    }

    private static void Run(Session session, Guid machine, bool afresh)
    {
        using var domain = DomainLookup.Need(session, machine);
        switch (DomainLookup.StateOf(domain))
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
        if (afresh)
            SavedMemory.Forget(session, domain);
        else
            SavedMemory.Require(session, domain);
        NetworkIsolation.Renew(session, domain);
        MachineLabels.Renew(session, machine, domain, DomainLookup.IsSaved(domain));
        if (Native.virDomainCreate(domain) >= 0)
            return;
        var error = LibvirtException.Read();
        if (error.Code != LibvirtException.OperationInvalid || DomainLookup.StateOf(domain) != MachineState.Running)
            throw error;
    }

    /// <summary>
    /// Defines a running machine again whose definition somebody removed: libvirt keeps no memory of such a one.
    /// </summary>
    private static void KeepDefinition(Session session, DomainHandle domain)
    {
        if (LibvirtException.Check(Native.virDomainIsPersistent(domain)) != 1)
            Definitions.Write(session, Definitions.Read(domain));
    }

    /// <summary>
    /// Requires room in the folder in which a private daemon keeps memory; a system's daemon has the room of its own
    /// file system.
    /// </summary>
    private static void RequireRoomForMemory(Session session, DomainHandle domain)
    {
        if (session.IsTest || !Directory.Exists(session.Options.DaemonFolder))
            return;
        var bytes = (long)Native.virDomainGetMaxMemory(domain) * 1024;
        if (session.Options.Reserve.FreeIn(session.Options.DaemonFolder) is var free && free < bytes)
        {
            throw new RefusedException(
                HypervisorFailure.NoSpace, $"the memory takes {bytes} bytes and {free} are free beside the reserve");
        }
    }

    private static void Destroy(DomainHandle domain)
        => Pass(Native.virDomainDestroy(domain), LibvirtException.OperationInvalid);

    /// <summary>
    /// Lets a call pass that fails because the machine is gone, or is as wanted, by the time the call comes through.
    /// </summary>
    private static void Pass(int result, int alsoFine = LibvirtException.NoMachine)
    {
        if (result >= 0)
            return;
        var error = LibvirtException.Read();
        if (error.Code != LibvirtException.NoMachine && error.Code != alsoFine)
            throw error;
    }
}
