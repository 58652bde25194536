using System.Net;
using Kiroku.Hypervisors;

namespace Kiroku.Networks;

/// <summary>A network that there is in this cloud: what one of its hosts, or several, put machines on.</summary>
internal sealed record CloudNetwork(NetworkKind Kind, string Name)
{
    public Guid Id => IdOf(Kind, Name);

    public int? Mtu { get; init; }

    public IReadOnlyList<CloudSubnet> Subnets { get; init; } = [];

    /// <summary>What leads there, for its readers.</summary>
    public string Description => Kind switch
    {
        NetworkKind.Isolated => "Each server is alone in a network of its own, which leads nowhere.",
        NetworkKind.User => "Each server is alone in a network of its own, which reaches what its host reaches.",
        NetworkKind.Bridge => "A bridge of the hosts.",
        _ => "A network of libvirt's.",
    };

    public static Guid IdOf(HostNetwork network) => IdOf(network.Kind, network.Name);

    /// <summary>The subnet that an address lies in; null if none is known.</summary>
    public CloudSubnet? SubnetOf(IPAddress address) => Subnets.FirstOrDefault(subnet => subnet.Holds(address));

    private static Guid IdOf(NetworkKind kind, string name) => StableId.Of($"network {kind} {name}");
}

/// <summary>A range of addresses in one of the cloud's networks.</summary>
internal sealed record CloudSubnet(Guid NetworkId, string NetworkName, HostSubnet Known)
{
    private readonly IPNetwork range = IPNetwork.Parse(Known.Cidr);

    public Guid Id => StableId.Of($"subnet {NetworkId} {Known.Cidr}");

    public string Name => $"{NetworkName}-ipv{Version}";

    public int Version => range.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 6 : 4;

    /// <summary>Whether an address can be reserved in it, which goes by the card's and so with IPv4 only.</summary>
    public bool Reserves => Version == 4 && Known.Given is not null;

    public bool Holds(IPAddress address) => range.Contains(address);

    /// <summary>Whether the address is among those that guests are given.</summary>
    public bool Gives(IPAddress address)
        => Known.Given is { } given && address.AddressFamily == range.BaseAddress.AddressFamily
            && Compare(IPAddress.Parse(given.First), address) <= 0
            && Compare(address, IPAddress.Parse(given.Last)) <= 0;

    private static int Compare(IPAddress one, IPAddress other)
        => one.GetAddressBytes().AsSpan().SequenceCompareTo(other.GetAddressBytes());
}
