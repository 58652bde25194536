using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiroku.Hypervisors;

namespace Kiroku.Networks;

/// <summary>A server's one card, in the network that it is in.</summary>
internal sealed record Port(ServerCard Card, CloudNetwork Network, IReadOnlyList<MachineAddress> Addresses)
{
    public Guid Id => IdOf(Card.Id);

    public string Mac => Addresses[0].Mac;

    /// <summary>Up while its machine is there, paused or not.</summary>
    public string Status
        => (MachineState)Card.PowerState is MachineState.Running or MachineState.Paused ? "ACTIVE" : "DOWN";

    /// <summary>The addresses that are known.</summary>
    public IEnumerable<(string Address, CloudSubnet? Subnet)> Known
        => Addresses.Select(known => known.Address).OfType<string>()
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

    /// <summary>The port of a server's row; null while its machine has no card.</summary>
    public static Port? Of(ServerCard card, NetworkMap networks)
    {
        var all = JsonSerializer.Deserialize(card.Addresses, PortJson.Default.IReadOnlyListMachineAddress)!;
        return all.Count > 0 && networks.Named(all[0].Network, card.Host) is { } network
            ? new Port(card, network, all)
            : null;
    }
}

/// <summary>What of a server's row is about its card.</summary>
internal sealed record ServerCard
{
    public Guid Id { get; init; }

    public string ProjectId { get; init; } = "";

    public string? Host { get; init; }

    public string Addresses { get; init; } = "[]";

    public int PowerState { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<MachineAddress>))]
internal sealed partial class PortJson : JsonSerializerContext;
