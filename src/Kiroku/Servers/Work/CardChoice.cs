using Kiroku.Access;
using Kiroku.Api;
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
        return map.Find(wanted.NetworkId!)?.Id
            ?? throw Fault.BadRequest($"Network {wanted.NetworkId} could not be found.");
    }

    /// <summary>A port is a server's card: one that there is has its server.</summary>
    private async Task<Fault> RefuseAsync(
        string id, NetworkMap map, Caller caller, CancellationToken cancellationToken)
        => await ports.FindAsync(id, map, cancellationToken) is { } port && caller.MaySee(port.Card.ProjectId)
            ? Fault.Conflict($"Port {id} is still in use.")
            : Fault.BadRequest($"Port id {id} could not be found.");
}
