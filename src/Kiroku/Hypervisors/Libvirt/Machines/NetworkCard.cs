using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// A machine's network card as libvirt reads it, and what keeps the card of an isolated machine from the host.
/// </summary>
internal static class NetworkCard
{
    /// <summary>The one network backend that a machine has, by the name that libvirt gives it.</summary>
    private const string Backend = "netdev.hostnet0.";

    private static readonly XNamespace Qemu = "http://libvirt.org/schemas/domain/qemu/1.0";

    /// <summary>
    /// QEMU's options that restrict a card; libvirt 9 has no word for either. Without the first the guest's packets go
    /// on as connections of the host's. IPv6, which the second turns off, has no use left, and some of its packets make
    /// QEMU write lines to its log.
    /// </summary>
    private static readonly string[] Restrictions = [Backend + "restrict=on", Backend + "ipv6=off"];

    public static XElement? Of(MachineNetwork network, Guid machine)
    {
        if (network.Kind == NetworkKind.None)
            return null;
        var (type, source) = network.Kind switch
        {
            NetworkKind.Bridge => ("bridge", new XElement("source", new XAttribute("bridge", network.Name))),
            NetworkKind.Libvirt => ("network", new XElement("source", new XAttribute("network", network.Name))),
            _ => ("user", null),
        };
        return new XElement("interface",
            new XAttribute("type", type),
            new XElement("mac", new XAttribute("address", MacOf(machine))),
            source,
            new XElement("model", new XAttribute("type", "virtio")));
    }

    /// <summary>
    /// The card's address: OpenStack's own range, then three bytes that always come out the same for a machine.
    /// </summary>
    public static string MacOf(Guid machine)
    {
        var hash = SHA256.HashData(machine.ToByteArray());
        return string.Create(CultureInfo.InvariantCulture, $"fa:16:3e:{hash[0]:x2}:{hash[1]:x2}:{hash[2]:x2}");
    }

    /// <summary>
    /// Restricts the card of this definition. QEMU sets options only on what was written as options, so libvirt is told
    /// not to write JSON there. Where either does not do as it is told, the machine does not start.
    /// </summary>
    public static void Isolate(XElement domain)
    {
        domain.SetAttributeValue(XNamespace.Xmlns + "qemu", Qemu.NamespaceName);
        domain.Add(
            new XElement(Qemu + "commandline",
                Restrictions.SelectMany(option => new[] { "-set", option }).Select(Argument)),
            new XElement(Qemu + "capabilities",
                new XElement(Qemu + "del", new XAttribute("capability", "netdev.json"))));
    }

    /// <summary>The same definition isolated; null if it is already, or has no card that would have to be.</summary>
    public static string? Isolate(string definition)
    {
        if (!ReachesHost(definition))
            return null;
        var domain = XElement.Parse(definition);
        domain.Elements().Where(element => element.Name.Namespace == Qemu).Remove();
        Isolate(domain);
        return domain.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Whether the machine has a card of QEMU's own network without the restrictions.</summary>
    public static bool ReachesHost(string definition)
    {
        var domain = XElement.Parse(definition);
        var cards = domain.Elements("devices").Elements("interface");
        if (!cards.Any(card => (string?)card.Attribute("type") == "user"))
            return false;
        var arguments = domain.Elements(Qemu + "commandline").Elements(Qemu + "arg")
            .Select(arg => (string?)arg.Attribute("value"));
        return Restrictions.Except(arguments).Any();
    }

    private static XElement Argument(string value) => new(Qemu + "arg", new XAttribute("value", value));
}
