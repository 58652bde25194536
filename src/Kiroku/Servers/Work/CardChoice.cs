using System.Net;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Networks;

namespace Kiroku.Servers.Work;

/// <summary>Finds the network that a new server's card is wanted in.</summary>
internal sealed class CardChoice(CloudNetworks networks, PortStore ports)
{
    /// <summary>The id of the network to stay in; null where any will do.</summary>
    /// <exception cref="Fault">400 or 409, with Nova's words for what is not there or not free.</exception>
    public async Task<Guid?> FindAsync(WantedCard wanted, Caller caller, CancellationToken cancellationToken)
    {
        if (wanted is { PortId: null, NetworkId: null })
            return null;
        var map = await networks.ReadAsync(cancellationToken);
        if (wanted.PortId is { } port)
            throw await RefuseAsync(port, map, caller, cancellationToken);
        var network = map.Find(wanted.NetworkId!)
            ?? throw Fault.BadRequest($"Network {wanted.NetworkId} could not be found.");
        if (wanted.FixedIp is { } address)
            await RequireFreeAsync(address, network, (map, caller), cancellationToken);
        return network.Id;
    }

    /// <summary>
    /// Requires an address that the network gives out and no server has. The host has the last word, because others may
    /// take it meanwhile.
    /// </summary>
    private async Task RequireFreeAsync(
        string address, CloudNetwork network, (NetworkMap Map, Caller Caller) known,
        CancellationToken cancellationToken)
    {
        if (network.Kind != NetworkKind.Libvirt || !network.Subnets.Any(subnet => subnet.Reserves))
        {
            throw Fault.BadRequest(
                $"The address {address} cannot be chosen: network {network.Id} gives its addresses out by itself.");
        }
        if (!network.Subnets.Any(subnet => subnet.Reserves && subnet.Gives(IPAddress.Parse(address))))
        {
            throw Fault.BadRequest($"Invalid input received: Fixed IP {address} is not a valid ip address for network "
                + $"{network.Id}.");
        }
        var taken = new PortQuery
        {
            Address = address,
            Takes = port => port.Network.Id == network.Id && port.Known.Any(one => one.Address == address),
            Limit = 1,
        };
        if (await ports.ListAsync(taken, known.Map, cancellationToken) is not [var port])
            return;
        var whose = known.Caller.MaySee(port.Card.ProjectId) ? $" on instance {port.Card.Id}" : "";
        throw Fault.BadRequest($"Fixed IP address {address} is already in use{whose}.");
    }

    /// <summary>A port is a server's card: one that there is has its server.</summary>
    private async Task<Fault> RefuseAsync(
        string id, NetworkMap map, Caller caller, CancellationToken cancellationToken)
        => await ports.FindAsync(id, map, cancellationToken) is { } port && caller.MaySee(port.Card.ProjectId)
            ? Fault.Conflict($"Port {id} is still in use.")
            : Fault.BadRequest($"Port id {id} could not be found.");
}
