using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>Keeps machines from the host's own network where the setting says so. All members block.</summary>
internal static class NetworkIsolation
{
    private const uint WithSecrets = 1;

    /// <summary>Machines that run with a card of QEMU's own network that reaches the host.</summary>
    public static List<Guid> ListReachingHost(Session session)
    {
        var running = DomainLookup.List(session)
            .Where(pair => pair.Value is MachineState.Running or MachineState.Paused);
        return [.. running.Select(pair => pair.Key).Where(machine => ReachesHost(session, machine))];
    }

    /// <summary>
    /// Isolates a machine before it is switched on: its definition or its saved memory may be from a time when the
    /// setting or its default was QEMU's open network.
    /// </summary>
    public static void Renew(Session session, DomainHandle domain)
    {
        if (session.IsTest || MachineNetwork.Parse(session.Options.Network).Kind == NetworkKind.User)
            return;
        if (NetworkCard.Isolate(Definitions.Read(domain)) is { } definition)
            Definitions.Write(session, definition);
        if (DomainLookup.IsSaved(domain) && NetworkCard.Isolate(ReadSaved(domain)) is { } saved)
            LibvirtException.Check(Native.virDomainManagedSaveDefineXML(domain, saved, 0));
    }

    private static string ReadSaved(DomainHandle domain)
        => Native.Take(Native.virDomainManagedSaveGetXMLDesc(domain, WithSecrets));

    private static bool ReachesHost(Session session, Guid machine)
    {
        using var domain = DomainLookup.Find(session, machine);
        var definition = domain is null ? 0 : Native.virDomainGetXMLDesc(domain, 0);
        return definition != 0 && NetworkCard.ReachesHost(Native.Take(definition));
    }
}
