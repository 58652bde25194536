using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>What libvirt keeps of machines beside their runs. All members block.</summary>
internal static class Definitions
{
    private const uint InactiveWithSecrets = 3;
    private const uint WithManagedSaveAndSnapshots = 3;
    private const uint WithUefiVariables = 4;
    private const uint WithoutUefiVariables = 8;

    /// <summary>The XML with which the machine starts next, with its secrets, to define it anew with.</summary>
    public static string Read(DomainHandle domain)
        => Native.Take(Native.virDomainGetXMLDesc(domain, InactiveWithSecrets));

    public static void Write(Session session, string definition)
        => LibvirtException.Check(Native.virDomainDefineXML(session.Connect, definition)).Dispose();

    /// <summary>Removes the definition with all that libvirt keeps of the machine.</summary>
    /// <returns>Libvirt's result, negative where it failed.</returns>
    public static int Remove(Session session, DomainHandle domain)
        => Remove(domain, session.IsTest ? 0 : WithUefiVariables);

    /// <summary>
    /// Removes the definition with saved memory and snapshots, so that the machine can be defined anew; what its
    /// firmware remembers stays.
    /// </summary>
    /// <returns>Libvirt's result, negative where it failed.</returns>
    public static int RemoveForAnother(Session session, DomainHandle domain)
        => Remove(domain, session.IsTest ? 0 : WithoutUefiVariables);

    private static int Remove(DomainHandle domain, uint flags)
        => Native.virDomainUndefineFlags(domain, WithManagedSaveAndSnapshots | flags);
}
