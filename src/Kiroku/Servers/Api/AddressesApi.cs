using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;

namespace Kiroku.Servers.Api;

/// <summary>The routes that show a server's addresses alone (nova/api/openstack/compute/ips.py).</summary>
internal static class AddressesApi
{
    public static void MapAddresses(this IEndpointRouteBuilder app)
    {
        app.MapGet("/servers/{serverId}/ips", List);
        app.MapGet("/servers/{serverId}/ips/{network}", Show);
    }

    private static async Task<IResult> List(HttpContext context, string serverId, ServerStore store)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.AddressesList);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            ServerAddresses.Write(json, server, withCards: false);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Show(HttpContext context, string serverId, string network, ServerStore store)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.AddressesShow);
        var addresses = server.Addresses.GroupBy(address => address.Network)
            .FirstOrDefault(group => group.Key == network)
            ?? throw Fault.NotFound("Instance is not a member of specified network");
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            ServerAddresses.WriteNetwork(json, addresses, withCards: false);
            json.WriteEndObject();
        });
    }
}
