using System.Net;
using Kiroku.Hypervisors;

namespace Kiroku.Networks;

/// <summary>A server's one card, in the network that it is in.</summary>
internal sealed record Port(ServerCard Card, CloudNetwork Network)
{
    public Guid Id => IdOf(Card.Id);

    public string Mac => Card.Addresses[0].Mac;

    /// <summary>Up while its machine is there, paused or not.</summary>
    public string Status
        => Card.PowerState is MachineState.Running or MachineState.Paused ? "ACTIVE" : "DOWN";

    /// <summary>The addresses that are known.</summary>
    public IEnumerable<(string Address, CloudSubnet? Subnet)> Known
        => Card.Addresses.Select(known => known.Address).OfType<string>()
            .Select(address => (address, Network.SubnetOf(IPAddress.Parse(address))));

    /// <summary>
    /// The id of a server's port, and the other way round: a server has one card, so either leads to the other, and
    /// they sort alike.
    /// </summary>
    public static Guid IdOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        foreach (ref var part in bytes[10..])
            part ^= 0x5A;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The port of a server; null while its machine has no card.</summary>
    public static Port? Of(ServerCard card, NetworkMap networks)
        => card.Addresses.Count > 0 && networks.Named(card.Addresses[0].Network, card.Host) is { } network
            ? new Port(card, network)
            : null;
}
