namespace Kiroku.Hypervisors;

/// <summary>The network that a host puts its machines on, as far as the host knows it.</summary>
public sealed record HostNetwork(NetworkKind Kind, string Name)
{
    /// <summary>The largest packet, in bytes; null if that is not known.</summary>
    public int? Mtu { get; init; }

    /// <summary>Where the addresses are that the network gives out; empty where it gives out none.</summary>
    public IReadOnlyList<HostSubnet> Subnets { get; init; } = [];

    /// <summary>Whether the host can filter what machines' cards send and receive there.</summary>
    public bool FiltersCards { get; init; }

    /// <summary>Why it cannot, as a part of a sentence; null where that is not known.</summary>
    public string? WhyUnfiltered { get; init; }
}

/// <summary>A range of addresses in a host's network, as 192.0.2.0/24.</summary>
public sealed record HostSubnet(string Cidr)
{
    /// <summary>Where guests are told to send what goes elsewhere; null for nowhere.</summary>
    public string? Gateway { get; init; }

    /// <summary>The name server that guests are told of; null for none.</summary>
    public string? NameServer { get; init; }

    /// <summary>Whether guests are given their addresses.</summary>
    public bool GivesAddresses { get; init; }

    /// <summary>The first and the last of the addresses that are given; null where they are not known.</summary>
    public AddressRange? Given { get; init; }
}

/// <summary>Addresses from one to another.</summary>
public sealed record AddressRange(string First, string Last);

/// <summary>The kinds of networks, as they differ in a machine's definition and in what they let through.</summary>
public enum NetworkKind
{
    None = 1,
    Isolated,
    User,
    Bridge,
    Libvirt,
}
