using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>
/// The routes that list a server's volumes, interfaces and security groups. Clients ask for them; servers here have
/// none, so every list is empty.
/// </summary>
internal static class AttachmentsApi
{
    public static void MapAttachments(this IEndpointRouteBuilder app)
    {
        app.MapNone("os-volume_attachments", ServerRules.VolumeAttachments, "volumeAttachments");
        app.MapNone("os-interface", ServerRules.InterfaceAttachments, "interfaceAttachments");
        app.MapNone("os-security-groups", ServerRules.SecurityGroups, "security_groups");
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
