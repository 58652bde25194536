using Kiroku.Hypervisors;
using Kiroku.Nodes;

namespace Kiroku.Networks;

/// <summary>Finds the cloud's networks in what its nodes say of their hosts.</summary>
internal sealed class CloudNetworks(HostNetworks hosts)
{
    public async Task<NetworkMap> ReadAsync(CancellationToken cancellationToken)
        => new(await hosts.ListAsync(cancellationToken));
}

/// <summary>
/// The networks of this moment, and which host is in which. Hosts with networks of one kind and name share one.
/// </summary>
internal sealed class NetworkMap
{
    private readonly Dictionary<string, CloudNetwork> byHost = new(StringComparer.Ordinal);

    public NetworkMap(IReadOnlyList<(string Host, HostNetwork Network)> hosts)
    {
        var joined = hosts.Where(host => host.Network.Kind != NetworkKind.None)
            .GroupBy(host => CloudNetwork.IdOf(host.Network));
        foreach (var network in joined)
        {
            var one = Join(network.Key, [.. network.Select(host => host.Network)]);
            All.Add(one);
            foreach (var (host, _) in network)
                byHost[host] = one;
        }
        All.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        var unfiltered = hosts.Where(host => host.Network is { Kind: not NetworkKind.None, FiltersCards: false })
            .Select(host => host.Network).ToList();
        FiltersCards = All.Count > 0 && unfiltered.Count == 0;
        WhyUnfiltered = unfiltered.Select(network => network.WhyUnfiltered).FirstOrDefault(why => why is not null);
    }

    /// <summary>Whether every host filters what servers send and receive, so that groups can be made.</summary>
    public bool FiltersCards { get; }

    /// <summary>Why one of them does not, as a part of a sentence; null where that is not known.</summary>
    public string? WhyUnfiltered { get; }

    /// <summary>By name.</summary>
    public List<CloudNetwork> All { get; } = [];

    public CloudNetwork? Find(string id) => All.Find(network => network.Id.ToString() == id);

    /// <summary>
    /// The network that a server's host names so, or else any of that name. Where none is named so any more, the server
    /// is put on its host's network at its next start.
    /// </summary>
    public CloudNetwork? Named(string name, string? host)
    {
        var present = host is null ? null : byHost.GetValueOrDefault(host);
        return present?.Name == name ? present : All.Find(other => other.Name == name) ?? present;
    }

    private static CloudNetwork Join(Guid id, List<HostNetwork> same) => new(same[0].Kind, same[0].Name)
    {
        Mtu = same.Min(network => network.Mtu),
        Subnets =
        [
            .. same.SelectMany(network => network.Subnets).DistinctBy(subnet => subnet.Cidr)
                .Select(subnet => new CloudSubnet(id, same[0].Name, subnet)),
        ],
    };
}
