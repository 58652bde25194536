using System.Runtime.InteropServices;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// Puts right what somebody changed of a machine's name or UUID, because libvirt defines no machine anew under another
/// name or UUID than it has. All members block.
/// </summary>
internal static class DefinedNames
{
    /// <summary>The name to define the machine with: its own, or the one it has for as long as it runs.</summary>
    public static string Choose(Session session, Guid machine)
    {
        var wanted = MachineNames.Format(machine, session.Options.MachinePrefix);
        using var domain = DomainLookup.Find(session, machine);
        if (domain is null)
            return wanted;
        var isOff = DomainLookup.StateOf(domain) == MachineState.Off;
        if (UuidOf(domain) != machine && isOff)
            LibvirtException.Check(Definitions.RemoveForAnother(session, domain));
        var name = Marshal.PtrToStringUTF8(Native.virDomainGetName(domain))!;
        if (name == wanted)
            return wanted;
        // Saved memory stays under the name that it was saved with.
        var canBeRenamed = isOff && !DomainLookup.IsSaved(domain);
        return canBeRenamed && Native.virDomainRename(domain, wanted, 0) >= 0 ? wanted : name;
    }

    private static Guid UuidOf(DomainHandle domain) => Native.GetUuid(domain.DangerousGetHandle());
}
