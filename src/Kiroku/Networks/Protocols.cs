using System.Globalization;

namespace Kiroku.Networks;

/// <summary>The protocols of rules, by Neutron's names (neutron-lib, constants.py) and their numbers.</summary>
internal static class Protocols
{
    private const int Icmp = 1;
    private const int IcmpV6 = 58;
    private const int Igmp = 2;

    public static readonly IReadOnlyDictionary<string, int> Numbers = new Dictionary<string, int>
    {
        ["ah"] = 51,
        ["dccp"] = 33,
        ["egp"] = 8,
        ["esp"] = 50,
        ["gre"] = 47,
        ["icmp"] = Icmp,
        ["icmpv6"] = IcmpV6,
        ["igmp"] = Igmp,
        ["ipip"] = 4,
        ["ipv6-encap"] = 41,
        ["ipv6-frag"] = 44,
        ["ipv6-icmp"] = IcmpV6,
        ["ipv6-nonxt"] = 59,
        ["ipv6-opts"] = 60,
        ["ipv6-route"] = 43,
        ["ospf"] = 89,
        ["pgm"] = 113,
        ["rsvp"] = 46,
        ["sctp"] = 132,
        ["tcp"] = 6,
        ["udp"] = 17,
        ["udplite"] = 136,
        ["vrrp"] = 112,
    };

    private static readonly int[] WithPorts = [6, 17, 132];

    /// <summary>Those that hosts can filter.</summary>
    private static readonly int[] Filtered = [Icmp, Igmp, 6, 17, 50, 51, IcmpV6, 132, 136];

    /// <summary>The number of a protocol, given by its name or as a number; null for any or none.</summary>
    public static int? NumberOf(string? protocol, int version)
    {
        if (protocol is null)
            return null;
        var number = Numbers.TryGetValue(protocol, out var known) ? known
            : int.TryParse(protocol, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given
            : (int?)null;
        // IPv6 has an ICMP of its own, which rules may call by the older one's name.
        return number == Icmp && version == 6 ? IcmpV6 : number;
    }

    public static bool IsIcmp(int? number) => number is Icmp or IcmpV6;

    public static bool HasPorts(int? number) => number is { } given && WithPorts.Contains(given);

    /// <summary>Whether hosts can tell it from others in that version of IP.</summary>
    public static bool IsFiltered(int number, int version)
        => Filtered.Contains(number) && (number is not (Igmp or Icmp) || version == 4)
            && (number != IcmpV6 || version == 6);
}
