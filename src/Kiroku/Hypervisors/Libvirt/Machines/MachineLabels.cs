using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Kiroku.Hypervisors.Libvirt.Volumes;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// Says in a machine's definition which account it runs as, and which files its disks stand on: left to itself, libvirt
/// believes a disk's own header, which a QEMU that was taken over has written, and gives those files away. All members
/// block.
/// </summary>
internal static class MachineLabels
{
    private const uint Inactive = 2;
    private const string Model = "dac";

    /// <summary>
    /// The definition as machines with accounts of their own need it, or as machines without need it.
    /// </summary>
    public static string Apply(Session session, Guid machine, string definition)
    {
        if (session.IsTest)
            return definition;
        var domain = XElement.Parse(definition);
        var isLabelled = Labels(domain).Any();
        // Under the system's daemon, or without accounts, only the labels of an earlier time with accounts are removed.
        if (session.Uids is null && !isLabelled)
            return definition;
        Labels(domain).Remove();
        domain.Descendants("backingStore").Remove();
        if (session.Uids is not { } uids)
            return domain.ToString(SaveOptions.DisableFormatting);
        var uid = uids.Take(machine, () => ReadUids(session));
        domain.Add(new XElement("seclabel",
            new XAttribute("type", "static"), new XAttribute("model", Model), new XAttribute("relabel", "yes"),
            new XElement("label", $"+{uid}:+{uid}")));
        foreach (var disk in domain.Elements("devices").Elements("disk"))
            disk.Add(BaseOf(session, disk));
        return domain.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>
    /// Brings a machine's definition and saved memory up to date before it is switched on: they may be from a time
    /// before machines had accounts.
    /// </summary>
    public static void Renew(Session session, Guid machine, DomainHandle domain, bool isSaved)
    {
        if (session.IsTest)
            return;
        var found = Native.Take(Native.virDomainGetXMLDesc(domain, Inactive));
        var definition = Apply(session, machine, found);
        if (definition == found)
            return;
        Definitions.Write(session, definition);
        if (!isSaved)
            return;
        var saved = Apply(session, machine, Native.Take(Native.virDomainManagedSaveGetXMLDesc(domain, 0)));
        LibvirtException.Check(Native.virDomainManagedSaveDefineXML(domain, saved, 0));
    }

    /// <summary>The ids that machines are defined with, for those that have one.</summary>
    private static Dictionary<Guid, uint> ReadUids(Session session)
    {
        var uids = new Dictionary<Guid, uint>();
        foreach (var machine in DomainLookup.List(session).Keys)
        {
            if (UidOf(session, machine) is { } uid)
                uids[machine] = uid;
        }
        return uids;
    }

    /// <summary>The id that a machine is defined with; null for none.</summary>
    private static uint? UidOf(Session session, Guid machine)
    {
        using var domain = DomainLookup.Find(session, machine);
        if (domain is null)
            return null;
        var label = Labels(XElement.Parse(Native.Take(Native.virDomainGetXMLDesc(domain, Inactive)))).FirstOrDefault();
        return label?.Element("label")?.Value is ['+', .. var ids] && uint.TryParse(ids.Split(':')[0], out var uid)
            ? uid : null;
    }

    private static XElement BaseOf(Session session, XElement disk)
    {
        var none = new XElement("backingStore");
        var file = disk.Element("source")?.Attribute("file")?.Value;
        if (disk.Element("driver")?.Attribute("type")?.Value != "qcow2" || Path.GetFileName(file) is not { } volume)
            return none;
        if (DiskBases.Find(session, volume) is not { } @base)
            return none;
        return new XElement("backingStore",
            new XAttribute("type", "file"),
            new XElement("format", new XAttribute("type", @base.Format)),
            new XElement("source",
                new XAttribute("file", @base.File),
                new XElement("seclabel", new XAttribute("model", Model), new XAttribute("relabel", "no"))),
            none);
    }

    private static IEnumerable<XElement> Labels(XElement domain)
        => domain.Elements("seclabel").Where(label => label.Attribute("model")?.Value == Model
            && label.Attribute("type")?.Value == "static"
            && label.Element("label")?.Value is ['+', ..]);
}
