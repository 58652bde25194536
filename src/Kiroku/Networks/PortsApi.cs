using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>Ports: a project sees its servers', an administrator all.</summary>
internal static class PortsApi
{
    private const string Addresses = "fixed_ips";

    public static void MapPortRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/ports", List);
        app.MapGet("/ports/{id}", Show);
    }

    private static async Task<IResult> List(HttpContext context, CloudNetworks networks, PortStore ports)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.Ports);
        var query = new ListQuery(context.Request, PortView.Keys);
        var wanted = Read(query, caller);
        var found = await ports.ListAsync(
            wanted, await networks.ReadAsync(context.RequestAborted), context.RequestAborted);
        var page = found.Select(PortView.Of);
        return query.Answer("ports", [.. query.IsReverse ? page.Reverse() : page]);
    }

    private static async Task<IResult> Show(HttpContext context, string id, CloudNetworks networks, PortStore ports)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.Ports);
        var map = await networks.ReadAsync(context.RequestAborted);
        var port = await ports.FindAsync(id, map, context.RequestAborted);
        return port is not null && caller.MaySee(port.Card.ProjectId)
            ? NetworkAnswer.One(context.Request, "port", PortView.Of(port))
            : throw NetworkAccess.NotFound("PortNotFound", $"Port {id} could not be found.");
    }

    private static PortQuery Read(ListQuery query, Caller caller)
    {
        var addresses = new FixedIpFilter(query.Asked(Addresses) ?? []);
        var address = query.Only("mac_address") ?? addresses.Only;
        return new PortQuery
        {
            ProjectId = caller.Seen() ?? query.Only("project_id") ?? query.Only("tenant_id"),
            Servers = address is null || address.All(IsOfAddresses) ? Servers(query) : [],
            Address = address,
            After = Marker(query),
            Backwards = IsBackwards(query) ^ query.IsReverse,
            Takes = port => addresses.Fits(port) && query.Fits(PortView.Of(port), Addresses),
            Limit = query.Limit,
        };
    }

    /// <summary>The servers that are named, or whose ports are.</summary>
    private static List<Guid>? Servers(ListQuery query)
    {
        var named = query.Asked("device_id")?.Select(Parse).OfType<Guid>();
        var meant = query.Asked("id")?.Select(Parse).OfType<Guid>().Select(Port.IdOf);
        return (named, meant) switch
        {
            (null, null) => null,
            ({ } servers, { } others) => [.. servers.Intersect(others)],
            var (servers, others) => [.. servers ?? others!],
        };
    }

    private static Guid? Marker(ListQuery query) => query.Marker is not { } marker
        ? null
        : Port.IdOf(Parse(marker)
            ?? throw NetworkAccess.NotFound("PortNotFound", $"Port {marker} could not be found."));

    /// <summary>The store has them by id, which is the server's in other words.</summary>
    private static bool IsBackwards(ListQuery query)
    {
        if (query.Order.FirstOrDefault(order => order.Key is not ("id" or "device_id")).Key is { } other)
            throw Fault.BadRequest($"['{other}'] is invalid attribute for sort_keys");
        return query.Order is [{ Descending: true }, ..];
    }

    /// <summary>Nothing else is in an address, of a card or in a network, so a filter with it finds nothing.</summary>
    private static bool IsOfAddresses(char character) => char.IsAsciiHexDigit(character) || character is ':' or '.';

    private static Guid? Parse(string id) => Guid.TryParseExact(id, "D", out var parsed) ? parsed : null;
}
