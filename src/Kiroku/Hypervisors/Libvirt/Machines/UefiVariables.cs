using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// Sees to it that libvirt deletes the file of a machine's UEFI variables with the machine. Libvirt deletes it only
/// with a definition that has UEFI, which the machine's need not have any more: it was rebuilt, or is rescued. All
/// members block.
/// </summary>
internal static class UefiVariables
{
    private static readonly XName Noted = XNamespace.Get("urn:kiroku:machine") + "uefi-variables";

    /// <summary>
    /// The next definition of a machine, with a note if an earlier one had UEFI and this one has not.
    /// </summary>
    public static string Note(Session session, Guid machine, string definition)
    {
        if (session.IsTest)
            return definition;
        using var domain = DomainLookup.Find(session, machine);
        var next = XElement.Parse(definition);
        if (domain is null || HasUefi(next) || !MayHaveVariables(XElement.Parse(Definitions.Read(domain))))
            return definition;
        next.Add(new XElement("metadata", new XElement(Noted)));
        return next.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>
    /// Gives a machine with that note UEFI again, so that its variables go with its definition. Where libvirt refuses
    /// that, they stay.
    /// </summary>
    public static void Claim(Session session, DomainHandle domain)
    {
        if (session.IsTest)
            return;
        var definition = XElement.Parse(Definitions.Read(domain));
        if (HasUefi(definition) || !MayHaveVariables(definition))
            return;
        definition.Element("os")!.SetAttributeValue("firmware", "efi");
        var next = definition.ToString(SaveOptions.DisableFormatting);
        Native.virDomainDefineXML(session.Connect, next).Dispose();
    }

    private static bool MayHaveVariables(XElement definition)
        => HasUefi(definition) || definition.Elements("metadata").Elements(Noted).Any();

    private static bool HasUefi(XElement definition)
        => (string?)definition.Element("os")?.Attribute("firmware") == "efi";
}
