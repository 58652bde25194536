using System.Text.Json;
using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Servers.Work;

namespace Kiroku.Servers.Api;

/// <summary>A server's metadata (nova/api/openstack/compute/server_metadata.py).</summary>
internal static class ServerMetadataApi
{
    private const string All = "metadata";
    private const string One = "meta";

    public static void MapServerMetadata(this IEndpointRouteBuilder app)
    {
        app.MapGet("/servers/{serverId}/metadata", List);
        app.MapPost("/servers/{serverId}/metadata", Add);
        app.MapPut("/servers/{serverId}/metadata", Replace);
        app.MapGet("/servers/{serverId}/metadata/{key}", Show);
        app.MapPut("/servers/{serverId}/metadata/{key}", Update);
        app.MapDelete("/servers/{serverId}/metadata/{key}", Delete);
    }

    private static async Task<IResult> List(HttpContext context, string serverId, ServerStore store)
        => Answer(All, (await CallersServer.FindAsync(context, serverId, store, ServerRules.MetadataList)).Metadata);

    private static async Task<IResult> Add(HttpContext context, string serverId, ServerStore store, ServerNotes notes)
    {
        var body = await ReadAsync(context, ServerSchemas.AllMetadata);
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.MetadataCreate);
        return Answer(
            All, (await notes.PutMetadataAsync(context, server, CreateRequest.Pairs(body), replace: false)).Metadata);
    }

    private static async Task<IResult> Replace(
        HttpContext context, string serverId, ServerStore store, ServerNotes notes)
    {
        var body = await ReadAsync(context, ServerSchemas.AllMetadata);
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.MetadataUpdateAll);
        return Answer(
            All, (await notes.PutMetadataAsync(context, server, CreateRequest.Pairs(body), replace: true)).Metadata);
    }

    private static async Task<IResult> Show(HttpContext context, string serverId, string key, ServerStore store)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.MetadataShow);
        return server.Metadata.TryGetValue(key, out var value)
            ? Answer(One, new Dictionary<string, string> { [key] = value })
            : throw NoItem();
    }

    private static async Task<IResult> Update(
        HttpContext context, string serverId, string key, ServerStore store, ServerNotes notes)
    {
        var item = CreateRequest.Pairs(await ReadAsync(context, ServerSchemas.MetadataItem), One);
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.MetadataUpdate);
        if (!item.ContainsKey(key))
            throw Fault.BadRequest("Request body and URI mismatch");
        await notes.PutMetadataAsync(context, server, item, replace: false);
        return Answer(One, item);
    }

    private static async Task<IResult> Delete(
        HttpContext context, string serverId, string key, ServerStore store, ServerNotes notes)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.MetadataDelete);
        if (!server.Metadata.ContainsKey(key))
            throw NoItem();
        await notes.DeleteMetadataAsync(context, server, key);
        return TypedResults.NoContent();
    }

    private static async Task<JsonElement> ReadAsync(HttpContext context, Schema schema)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        schema.Require(body, Microversions.IsRelaxed(context));
        return body;
    }

    private static JsonResponse Answer(string key, IReadOnlyDictionary<string, string> items) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject(key);
        foreach (var (name, value) in items)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static Fault NoItem() => Fault.NotFound("Metadata item was not found");
}
