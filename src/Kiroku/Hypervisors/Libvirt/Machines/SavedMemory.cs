using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// The memory that libvirt keeps of suspended machines. Libvirt notes that there is some and does not look whether its
/// file still exists, so a lost file is found here. All members block.
/// </summary>
internal static class SavedMemory
{
    /// <summary>Whether the machine has saved memory that can be read.</summary>
    public static bool IsThere(Session session, DomainHandle domain)
        => DomainLookup.IsSaved(domain) && (session.IsTest || CanBeRead(domain));

    /// <summary>Requires memory to go on from, because libvirt would boot the machine afresh without a word.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public static void Require(Session session, DomainHandle domain)
    {
        if (!IsThere(session, domain))
        {
            throw new RefusedException(HypervisorFailure.Failed, "there is no saved memory that can be read")
            {
                Operation = Operations.ContinueWithoutMemory,
            };
        }
    }

    /// <summary>Drops the machine's saved memory, if there is any, or the note of it where the file is lost.</summary>
    public static void Forget(Session session, DomainHandle domain)
    {
        if (!DomainLookup.IsSaved(domain) || Native.virDomainManagedSaveRemove(domain, 0) >= 0)
            return;
        var error = LibvirtException.Read();
        if (error.Code is LibvirtException.NoMachine or LibvirtException.OperationInvalid)
            return;
        if (session.IsTest || CanBeRead(domain))
            throw error;
        // The note goes only with the machine's definition.
        var definition = Definitions.Read(domain);
        LibvirtException.Check(Definitions.RemoveForAnother(session, domain));
        Definitions.Write(session, definition);
    }

    private static bool CanBeRead(DomainHandle domain)
    {
        var saved = Native.virDomainManagedSaveGetXMLDesc(domain, 0);
        if (saved != 0)
        {
            _ = Native.Take(saved);
            return true;
        }
        var error = LibvirtException.Read();
        return error.Failure == HypervisorFailure.Unavailable ? throw error : false;
    }
}
