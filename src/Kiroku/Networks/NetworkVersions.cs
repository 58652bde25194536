using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>Neutron's version documents (neutron/api/views/versions.py, pecan_wsgi/controllers/root.py).</summary>
internal static class NetworkVersions
{
    public const string Root = "/network";
    public const string Version = $"{Root}/v2.0";

    private static readonly (string Name, string Collection)[] Core =
        [("network", "networks"), ("subnet", "subnets"), ("port", "ports")];

    public static void MapNetworkVersions(this IEndpointRouteBuilder app)
    {
        app.MapGet(Root, List);
        app.MapGet(Version, Show);
    }

    private static JsonResponse List(HttpRequest request) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("versions");
        json.WriteStartObject();
        json.WriteString("id", "v2.0");
        json.WriteString("status", "CURRENT");
        WriteLink(json, $"{Links.Base(request)}{Version}/");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static JsonResponse Show(HttpRequest request) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("resources");
        foreach (var (name, collection) in Core)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("collection", collection);
            WriteLink(json, $"{Links.Base(request)}{Version}/{collection}");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteLink(Utf8JsonWriter json, string href)
    {
        json.WriteStartArray("links");
        Links.Write(json, "self", href);
        json.WriteEndArray();
    }
}
