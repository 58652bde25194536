using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>A server's tags, from 2.26 on (nova/api/openstack/compute/server_tags.py).</summary>
internal static class ServerTagsApi
{
    private const int FirstVersion = 26;

    public static void MapServerTags(this IEndpointRouteBuilder app)
    {
        var tags = app.MapGroup("").AddEndpointFilter((call, next) => Microversions.Of(call.HttpContext) >= FirstVersion
            ? next(call)
            : throw Fault.NotFound());
        tags.MapGet("/servers/{serverId}/tags", List);
        tags.MapPut("/servers/{serverId}/tags", Replace);
        tags.MapDelete("/servers/{serverId}/tags", DeleteAll);
        tags.MapGet("/servers/{serverId}/tags/{tag}", Show);
        tags.MapPut("/servers/{serverId}/tags/{tag}", Add);
        tags.MapDelete("/servers/{serverId}/tags/{tag}", Delete);
    }

    private static async Task<IResult> List(HttpContext context, string serverId, ServerStore store)
        => Answer((await CallersServer.FindAsync(context, serverId, store, ServerRules.TagsList)).Labels.Tags);

    private static async Task<IResult> Replace(
        HttpContext context, string serverId, ServerStore store, ServerNotes notes)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        ServerSchemas.AllTags.Require(body, Microversions.IsRelaxed(context));
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.TagsUpdateAll);
        var tags = body.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!).Distinct().ToList();
        return Answer((await notes.ChangeTagsAsync(server, "update tags", _ => tags)).Labels.Tags);
    }

    private static async Task<IResult> DeleteAll(
        HttpContext context, string serverId, ServerStore store, ServerNotes notes)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.TagsDeleteAll);
        await notes.ChangeTagsAsync(server, "delete tags", _ => []);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Show(HttpContext context, string serverId, string tag, ServerStore store)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.TagsShow);
        return server.Labels.Tags.Contains(tag)
            ? TypedResults.NoContent()
            : throw Fault.NotFound($"Server {serverId} has no tag '{tag}'");
    }

    private static async Task<IResult> Add(
        HttpContext context, string serverId, string tag, ServerStore store, ServerNotes notes)
    {
        ServerSchemas.Nothing.Require(await RequestBody.ReadAsync(context.Request), relaxed: false);
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.TagsUpdate);
        var existed = false;
        await notes.ChangeTagsAsync(server, "update tag", tags =>
        {
            CheckTag(tag);
            if (tags.Count >= ServerNotes.MostTags)
                throw Fault.BadRequest($"The number of tags exceeded the per-server limit {ServerNotes.MostTags}");
            existed = tags.Contains(tag);
            return existed ? tags : [.. tags, tag];
        });
        return existed
            ? TypedResults.NoContent()
            : TypedResults.Created(
                $"{Links.ComputeBase(context.Request)}/servers/{server.Id}/tags/{Uri.EscapeDataString(tag)}");
    }

    private static async Task<IResult> Delete(
        HttpContext context, string serverId, string tag, ServerStore store, ServerNotes notes)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.TagsDelete);
        await notes.ChangeTagsAsync(server, "delete tag", tags => tags.Contains(tag)
            ? [.. tags.Where(other => other != tag)]
            : throw Fault.NotFound($"Instance {server.Id} has no tag '{tag}'"));
        return TypedResults.NoContent();
    }

    /// <summary>The router does not decode %2F in a path, so this does.</summary>
    /// <exception cref="Fault">400.</exception>
    private static void CheckTag(string tag)
    {
        var read = JsonSerializer.SerializeToElement(
            tag.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), SchemaJson.Default.String);
        if (new SchemaCheck(relaxed: false).Errors(Parameters.Tag, read).FirstOrDefault() is { } error)
        {
            throw Fault.BadRequest(
                $"Tag '{tag}' is invalid. It must be a non empty string without characters '/' and ','. "
                    + $"Validation error message: {error.Message}");
        }
    }

    private static JsonResponse Answer(IReadOnlyList<string> tags) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("tags");
        foreach (var tag in tags)
            json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
