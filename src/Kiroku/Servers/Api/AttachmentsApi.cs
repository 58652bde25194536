using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>
/// The routes that list a server's volumes, of which servers here have none, and its security groups where it has a
/// card.
/// </summary>
internal static class AttachmentsApi
{
    public static void MapAttachments(this IEndpointRouteBuilder app)
    {
        app.MapGet("/servers/{serverId}/os-volume_attachments", ListVolumes);
        app.MapGet("/servers/{serverId}/os-security-groups", ListGroups);
    }

    private static async Task<IResult> ListGroups(
        HttpContext context, string serverId, ServerStore store, ProjectGroups groups)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.SecurityGroups);
        var own = server.Addresses.Count == 0
            ? []
            : (await groups.ListAsync(server.ProjectId, context.RequestAborted))
                .Where(group => server.GroupIds.Contains(group.Id)).ToList();
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("security_groups");
            foreach (var group in own)
                NovaSecurityGroupView.Write(json, group);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> ListVolumes(HttpContext context, string serverId, ServerStore store)
    {
        await CallersServer.FindAsync(context, serverId, store, ServerRules.VolumeAttachments);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("volumeAttachments");
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
