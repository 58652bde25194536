using System.Net;
using System.Xml.Linq;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// A card's filter as libvirt reads it. Libvirt makes rules of the host's firewall of it, which know the connections:
/// each rule lets one begin, and its answers through.
/// </summary>
internal static class FilterXml
{
    private const string In = "in";
    private const string Out = "out";

    /// <summary>The protocols that libvirt has words for, by number; it takes every other one for any.</summary>
    private static readonly Dictionary<int, string> Words = new()
    {
        [2] = "igmp",
        [6] = "tcp",
        [17] = "udp",
        [50] = "esp",
        [51] = "ah",
        [132] = "sctp",
        [136] = "udplite",
    };

    /// <summary>Neighbours and who listens to what, by the types of ICMPv6.</summary>
    private static readonly int[] Neighbours = [130, 131, 132, 135, 136, 143];

    private static readonly string[] Directions = [In, Out];

    public static string Of(Guid machine, CardFilter filter) => new XElement("filter",
        new XAttribute("name", NameOf(machine)),
        new XAttribute("chain", "root"),
        new XElement("uuid", machine),
        Rule("drop", Out, -100, new XElement(
            "mac", new XAttribute("match", "no"), new XAttribute("srcmacaddr", NetworkCard.MacOf(machine)))),
        Necessary(),
        filter.Rules.Where(IsKnown).Select(Of),
        Rule("drop", "inout", 1000, new XElement("all")),
        Rule("drop", "inout", 1000, new XElement("all-ipv6"))).ToString(SaveOptions.DisableFormatting);

    public static string NameOf(Guid machine) => $"kiroku-{machine}";

    /// <summary>The same card with that filter; null if it has it already.</summary>
    public static XElement? Filtered(XElement card, Guid machine)
    {
        if ((string?)card.Element("filterref")?.Attribute("filter") == NameOf(machine))
            return null;
        var filtered = new XElement(card);
        filtered.Elements("filterref").Remove();
        filtered.Add(Reference(machine));
        return filtered;
    }

    public static XElement Reference(Guid machine)
        => new("filterref", new XAttribute("filter", NameOf(machine)));

    /// <summary>
    /// What a card needs for having addresses: DHCP, and in IPv6 neighbours and routers. And the answers to pings and
    /// the errors of connections, which libvirt's rules for ICMP leave out.
    /// </summary>
    private static IEnumerable<XElement> Necessary() =>
    [
        Rule("accept", Out, 100, Udp("udp", 68, 67)),
        Rule("accept", In, 100, Udp("udp", 67, 68)),
        Rule("accept", Out, 100, Udp("udp-ipv6", 546, 547)),
        Rule("accept", In, 100, Udp("udp-ipv6", 547, 546)),
        .. Neighbours.SelectMany(Both),
        Stateless(Out, 133),
        Stateless(In, 134),
        .. Answers("icmp", 0), .. Answers("icmp", 14), .. Answers("icmpv6", 129),
        Rule("accept", "inout", 102, new XElement("icmp", new XAttribute("state", "RELATED"))),
        Rule("accept", "inout", 102, new XElement("icmpv6", new XAttribute("state", "RELATED"))),
    ];

    /// <summary>Libvirt makes nothing of a type of ICMP in both directions at once.</summary>
    private static XElement[] Both(int type) => [Stateless(In, type), Stateless(Out, type)];

    /// <summary>Messages between neighbours, which belong to no connection.</summary>
    private static XElement Stateless(string direction, int type)
    {
        var rule = Rule("accept", direction, 101, new XElement("icmpv6", new XAttribute("type", type)));
        rule.SetAttributeValue("statematch", "false");
        return rule;
    }

    private static IEnumerable<XElement> Answers(string element, int type)
        => Directions.Select(direction => Rule("accept", direction, 102, new XElement(
            element, new XAttribute("type", type), new XAttribute("state", "ESTABLISHED"))));

    private static XElement Udp(string element, int from, int to)
        => new(element, new XAttribute("srcportstart", from), new XAttribute("dstportstart", to));

    /// <summary>Rules that libvirt has no words for let nothing through.</summary>
    private static bool IsKnown(CardRule rule) => rule.Protocol switch
    {
        null => true,
        1 or 2 => rule.Version == 4,
        58 => rule.Version == 6,
        { } number => Words.ContainsKey(number),
    };

    private static XElement Of(CardRule rule)
    {
        var isIcmp = rule.Protocol is 1 or 58;
        var element = new XElement(ElementOf(rule));
        if (rule.Remote is { } remote)
        {
            var range = IPNetwork.Parse(remote);
            // The other side sends what comes in, and is sent what goes out.
            var side = rule.IsInbound ? "src" : "dst";
            element.SetAttributeValue($"{side}ipaddr", range.BaseAddress);
            element.SetAttributeValue($"{side}ipmask", range.PrefixLength);
        }
        element.SetAttributeValue(isIcmp ? "type" : "dstportstart", rule.First);
        element.SetAttributeValue(isIcmp ? "code" : "dstportend", rule.Last);
        return Rule("accept", rule.IsInbound ? In : Out, 500, element);
    }

    private static string ElementOf(CardRule rule) => rule.Protocol switch
    {
        1 => "icmp",
        58 => "icmpv6",
        null => rule.Version == 4 ? "all" : "all-ipv6",
        { } number => rule.Version == 4 ? Words[number] : $"{Words[number]}-ipv6",
    };

    private static XElement Rule(string action, string direction, int priority, XElement what) => new("rule",
        new XAttribute("action", action),
        new XAttribute("direction", direction),
        new XAttribute("priority", priority),
        what);
}
