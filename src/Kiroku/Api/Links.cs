using System.Text.Json;

namespace Kiroku.Api;

/// <summary>Links in answers. They use the public address, or else the host name that the caller used.</summary>
internal static class Links
{
    public static string Base(HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}";

    /// <summary>The base address of the API version that the request uses: /v2.1, or /v2 with its project.</summary>
    public static string ComputeBase(HttpRequest request)
    {
        var version = request.Path.StartsWithSegments("/v2.1") ? "/v2.1" : "/v2";
        var project = request.RouteValues.TryGetValue(ComputeRoutes.ProjectId, out var id) ? $"/{id}" : "";
        return Base(request) + version + project;
    }

    /// <summary>The path of a server's action in the live record.</summary>
    public static string ActionPath(Guid server, string request)
        => $"/actions/v1/servers/{server}/actions/{Uri.EscapeDataString(request)}";

    /// <summary>Writes the two links that Nova gives each resource: self includes the version, bookmark does
    /// not.</summary>
    /// <param name="json">Where they are written.</param>
    /// <param name="request">The request, whose address the links begin with.</param>
    /// <param name="resource">The path of the resource.</param>
    /// <param name="further">Writes more links; null for none.</param>
    public static void WriteResource(
        Utf8JsonWriter json, HttpRequest request, string resource, Action? further = null)
    {
        json.WriteStartArray("links");
        Write(json, "self", $"{ComputeBase(request)}/{resource}");
        WriteBookmarkLink(json, request, resource);
        further?.Invoke();
        json.WriteEndArray();
    }

    public static void WriteBookmark(Utf8JsonWriter json, HttpRequest request, string resource)
    {
        json.WriteStartArray("links");
        WriteBookmarkLink(json, request, resource);
        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, string rel, string href)
    {
        json.WriteStartObject();
        json.WriteString("rel", rel);
        json.WriteString("href", href);
        json.WriteEndObject();
    }

    private static void WriteBookmarkLink(Utf8JsonWriter json, HttpRequest request, string resource)
    {
        var project = request.RouteValues.TryGetValue(ComputeRoutes.ProjectId, out var id) ? $"/{id}" : "";
        Write(json, "bookmark", $"{Base(request)}{project}/{resource}");
    }
}
