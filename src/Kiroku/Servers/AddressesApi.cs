using Kiroku.Api;
using Kiroku.Identity;

namespace Kiroku.Servers;

/// <summary>A server's addresses by themselves (nova/api/openstack/compute/ips.py); nobody here knows any.</summary>
internal static class AddressesApi
{
    public static void MapAddresses(this IEndpointRouteBuilder app)
    {
        app.MapGet("/servers/{serverId}/ips", List);
        app.MapGet("/servers/{serverId}/ips/{network}", Show);
    }

    private static async Task<IResult> List(HttpContext context, string serverId, ServerStore store)
    {
        await ServersApi.FindAsync(context, serverId, store, Rules.AddressesIndex);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("addresses");
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Show(HttpContext context, string serverId, ServerStore store)
    {
        await ServersApi.FindAsync(context, serverId, store, Rules.AddressesShow);
        throw Fault.NotFound("Instance is not a member of specified network");
    }
}
