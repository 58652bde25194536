using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// Copies of a disk while its machine has it open, which nobody but its QEMU can make: QEMU writes what the disk was
/// when the copy began, whatever the guest changes meanwhile. All members block.
/// </summary>
internal static class Backups
{
    private const uint OfCompleted = 1;
    private const int NoJob = 0;
    private const int Completed = 3;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the machine has its disk open, as one that is on has.</summary>
    public static bool CanRun(Session session, Guid machine)
        => DomainLookup.StateOf(session, machine) is MachineState.Running or MachineState.Paused;

    public static void Run(Session session, Guid machine, string file, CancellationToken abandoned)
    {
        using var domain = DomainLookup.Need(session, machine);
        // Nobody would ever ask for a copy that a dead process had begun.
        if (IsBusy(domain))
            Abort(domain, CancellationToken.None);
        LibvirtException.Check(Native.virDomainBackupBegin(domain, XmlOf(file), null, 0));
        while (IsBusy(domain))
        {
            if (!abandoned.WaitHandle.WaitOne(LookInterval) && PoolRoom.Has(session, 0))
                continue;
            Abort(domain, CancellationToken.None);
            abandoned.ThrowIfCancellationRequested();
            PoolRoom.Require(session, 0);
        }
        LibvirtException.Check(Native.GetJobOutcome(domain, OfCompleted, out var outcome));
        if (outcome != Completed)
            throw new RefusedException(HypervisorFailure.Failed, $"the copy of the running disk ended as {outcome}");
    }

    private static void Abort(DomainHandle domain, CancellationToken cancellationToken)
    {
        _ = Native.virDomainAbortJob(domain);
        while (IsBusy(domain))
            cancellationToken.WaitHandle.WaitOne(LookInterval);
    }

    private static bool IsBusy(DomainHandle domain)
    {
        LibvirtException.Check(Native.GetJobOutcome(domain, 0, out var type));
        return type != NoJob;
    }

    private static string XmlOf(string file) => new XElement("domainbackup",
        new XAttribute("mode", "push"),
        new XElement("disks",
            new XElement("disk",
                new XAttribute("name", "vda"),
                new XAttribute("type", "file"),
                new XElement("target", new XAttribute("file", file)),
                new XElement("driver", new XAttribute("type", "qcow2"))))).ToString();
}
