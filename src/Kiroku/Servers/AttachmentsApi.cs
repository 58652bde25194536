using Kiroku.Api;
using Kiroku.Identity;

namespace Kiroku.Servers;

/// <summary>What clients ask about on their way and servers here have none of: volumes, interfaces and security groups to attach.</summary>
internal static class AttachmentsApi
{
    public static void MapAttachments(this IEndpointRouteBuilder app)
    {
        app.MapNone("os-volume_attachments", Rules.VolumeAttachments, "volumeAttachments");
        app.MapNone("os-interface", Rules.InterfaceAttachments, "interfaceAttachments");
        app.MapNone("os-security-groups", Rules.SecurityGroups, "security_groups");
    }

    private static void MapNone(this IEndpointRouteBuilder app, string route, string rule, string key)
        => app.MapGet($"/servers/{{serverId}}/{route}", async (HttpContext context, string serverId, ServerStore store) =>
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
