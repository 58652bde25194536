using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>
/// The routes that list a server's volumes and interfaces, of which servers here have none, and its security groups:
/// its project's one group where it has a card.
/// </summary>
internal static class AttachmentsApi
{
    public static void MapAttachments(this IEndpointRouteBuilder app)
    {
        app.MapNone("os-volume_attachments", ServerRules.VolumeAttachments, "volumeAttachments");
        app.MapNone("os-interface", ServerRules.InterfaceAttachments, "interfaceAttachments");
        app.MapGet("/servers/{serverId}/os-security-groups", ListGroups);
    }

    private static async Task<IResult> ListGroups(
        HttpContext context, string serverId, ServerStore store, CloudNetworks networks)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.SecurityGroups);
        var map = await networks.ReadAsync(context.RequestAborted);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("security_groups");
            if (server.Addresses.Count > 0)
                NovaSecurityGroupView.Write(json, SecurityGroup.Of(server.ProjectId, map));
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void MapNone(this IEndpointRouteBuilder app, string route, Rule rule, string key)
        => app.MapGet($"/servers/{{serverId}}/{route}", async (
            HttpContext context, string serverId, ServerStore store) =>
        {
            await CallersServer.FindAsync(context, serverId, store, rule);
            return JsonResponse.Ok(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray(key);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        });
}
