using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.Views;

namespace Kiroku.Servers.Work;

/// <summary>
/// What a creation says of networks, read as Nova reads it (nova/api/openstack/compute/servers.py,
/// _get_requested_networks). A server has one card, or none where that is asked for.
/// </summary>
internal sealed record WantedCard
{
    /// <summary>Whether it is to have none.</summary>
    public bool None { get; private init; }

    /// <summary>The one network that will do; null for any.</summary>
    public string? NetworkId { get; private init; }

    /// <summary>The one address that will do there; null for any.</summary>
    public string? FixedIp { get; private init; }

    /// <summary>The name by which the guest is to find its card; null for none.</summary>
    public string? Tag { get; private init; }

    /// <summary>A port that is to be the server's; null for none.</summary>
    public string? PortId { get; private init; }

    /// <exception cref="Fault">400, for what has no sense or no card can have.</exception>
    public static WantedCard Read(JsonElement server)
    {
        if (!server.TryGetProperty("networks", out var networks))
            return new WantedCard();
        if (networks.ValueKind == JsonValueKind.String)
            return new WantedCard { None = networks.GetString() == "none" };
        var cards = networks.EnumerateArray().Select(ReadOne).ToList();
        return cards.Count switch
        {
            0 => new WantedCard(),
            1 => cards[0],
            _ => throw Fault.BadRequest("This cloud's servers have one network card, and so are in one network."),
        };
    }

    private static WantedCard ReadOne(JsonElement network)
    {
        var card = new WantedCard
        {
            NetworkId = network.TextOf("uuid"),
            PortId = network.TextOf("port") is { Length: > 0 } port ? port : null,
            FixedIp = ServerAddresses.Canonical(network.TextOf("fixed_ip")),
            Tag = network.TextOf("tag"),
        };
        if (card is { PortId: not null, FixedIp: { } address })
            throw Fault.BadRequest($"Specified Fixed IP '{address}' cannot be used with port '{card.PortId}': "
                + "the two cannot be specified together.");
        if (card.PortId is null && card.NetworkId is null)
            throw Fault.BadRequest("Bad network format: missing 'uuid'");
        if (card.PortId is null && !Guid.TryParse(card.NetworkId, out _))
            throw Fault.BadRequest($"Bad networks format: network uuid is not in proper format ({card.NetworkId})");
        return card;
    }

    /// <summary>Refuses an address for more than one server.</summary>
    /// <exception cref="Fault">400.</exception>
    public void RefuseForSeveral(int servers)
    {
        if (FixedIp is not null && servers > 1)
        {
            throw Fault.BadRequest(
                "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified.");
        }
    }

    /// <summary>Refuses a tag of which the guest would not be told.</summary>
    /// <exception cref="Fault">400.</exception>
    public void RefuseTag(bool hasConfigDrive)
    {
        if (Tag is not null && !hasConfigDrive)
        {
            throw Fault.BadRequest(
                "The tag of a server's network card reaches the guest by its config drive alone: ask for one.");
        }
    }
}
