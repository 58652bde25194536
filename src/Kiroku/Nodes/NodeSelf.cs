using System.Net;
using Kiroku.Hypervisors;
using Microsoft.Extensions.Options;

namespace Kiroku.Nodes;

/// <summary>Describes this node for its report.</summary>
internal sealed class NodeSelf(
    ServiceSettings settings, IOptions<HostsOptions> options, ILocalSiloDetails silo, NodeDrain drain,
    IHypervisor hypervisor)
{
    public string Name => settings.Host;

    /// <summary>The id of its data folder.</summary>
    public string Folder { get; } = NodeFolder.IdOf(settings.DataDirectory);

    public Node Describe(HostLook look)
    {
        var node = new Node
        {
            Name = settings.Host,
            Folder = Folder,
            Silo = silo.SiloAddress.ToParsableString(),
            SealingSilo = silo.SiloAddress.ToParsableString(),
            Roles = settings.Roles.ToText(),
            Draining = drain.IsAsked,
            Zone = options.Value.Zone,
            Address = Address(),
            Version = typeof(NodeSelf).Assembly.GetName().Version!.ToString(3),
        };
        return node.HasMachines ? (node with { HypervisorKind = hypervisor.Kind }).With(look) : node;
    }

    /// <summary>
    /// The address by which other machines reach this node; if none can, the address at which it serves the API.
    /// </summary>
    private string Address()
        => !IPAddress.IsLoopback(silo.SiloAddress.Endpoint.Address) ? silo.SiloAddress.Endpoint.Address.ToString()
            : IPAddress.TryParse(new Uri(settings.Listen).Host, out var address) && !address.Equals(IPAddress.Any)
                && !address.Equals(IPAddress.IPv6Any)
                ? address.ToString() : IPAddress.Loopback.ToString();
}
