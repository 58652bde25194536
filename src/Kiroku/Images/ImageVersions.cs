using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>Glance's version documents and descriptions of itself, which clients read first.</summary>
internal static class ImageVersions
{
    public static void MapImageVersions(this IEndpointRouteBuilder app)
    {
        app.MapGet("/image", List);
        app.MapGet("/image/versions", List);
        app.MapGet("/image/v2/info/import", ListImportMethods);
        app.MapGet("/image/v2/info/stores", ListStores);
    }

    /// <summary>There are none, so clients upload an image's bytes themselves.</summary>
    private static JsonResponse ListImportMethods() => JsonResponse.Ok(json => json.WriteRawValue(
        """{"import-methods": {"description": "Import methods available.", "type": "array", "value": []}}"""));

    /// <summary>There is one store, which has no name.</summary>
    private static JsonResponse ListStores() => throw Fault.NotFound("Multi backend is not supported at this site.");

    /// <summary>Glance answers with 300 at the service's root, and with 200 under /versions.</summary>
    private static JsonResponse List(HttpRequest request) => new(
        request.Path.StartsWithSegments("/image/versions")
            ? StatusCodes.Status200OK : StatusCodes.Status300MultipleChoices, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("versions");
            Write(json, request, "v2.9", "CURRENT");
            foreach (var older in (ReadOnlySpan<string>)["v2.7", "v2.6", "v2.5", "v2.4", "v2.3", "v2.2", "v2.1",
                "v2.0"])
                Write(json, request, older, "SUPPORTED");
            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter json, HttpRequest request, string id, string status)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("status", status);
        json.WriteStartArray("links");
        Links.Write(json, "self", $"{Links.Base(request)}/image/v2/");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
