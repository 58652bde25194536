using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// The version documents, which clients read before they sign in (nova/api/openstack/compute/versions.py).
/// </summary>
internal static class VersionsApi
{
    public static void MapVersions(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", List);
        app.MapGet("/v2", ShowV2);
        app.MapGet("/v2.1", ShowV21);
    }

    /// <summary>Whether the path is that of a version document, which needs no token.</summary>
    public static bool IsOpen(PathString path)
        => path.Value is null or "" or "/" or "/v2" or "/v2/" or "/v2.1" or "/v2.1/";

    private static JsonResponse List(HttpRequest request) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("versions");
        WriteV2(json, request, media: false);
        WriteV21(json, request, media: false);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static JsonResponse ShowV2(HttpRequest request) => Show(json => WriteV2(json, request, media: true));

    private static JsonResponse ShowV21(HttpRequest request) => Show(json => WriteV21(json, request, media: true));

    private static JsonResponse Show(Action<Utf8JsonWriter> version) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("version");
        version(json);
        json.WriteEndObject();
    });

    private static void WriteV2(Utf8JsonWriter json, HttpRequest request, bool media)
        => Write(json, request, "v2.0", "SUPPORTED", "/v2/", "", "", "2011-01-21T11:33:21Z", media,
            "application/vnd.openstack.compute+json;version=2");

    private static void WriteV21(Utf8JsonWriter json, HttpRequest request, bool media)
        => Write(json, request, "v2.1", "CURRENT", "/v2.1/", Microversion.Maximum.ToString(),
            Microversion.Minimum.ToString(),
            "2013-07-23T11:33:21Z", media, "application/vnd.openstack.compute+json;version=2.1");

    private static void Write(
        Utf8JsonWriter json, HttpRequest request, string id, string status, string path, string version, string minimum,
        string updated, bool media, string mediaType)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("status", status);
        json.WriteString("version", version);
        json.WriteString("min_version", minimum);
        json.WriteString("updated", updated);
        json.WriteStartArray("links");
        Links.Write(json, "self", Links.Base(request) + path);
        json.WriteEndArray();
        if (media)
        {
            json.WriteStartArray("media-types");
            json.WriteStartObject();
            json.WriteString("base", "application/json");
            json.WriteString("type", mediaType);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
