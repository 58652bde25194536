using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Identity.Api;

/// <summary>Keystone's version documents, which clients read before they sign in.</summary>
internal static class IdentityVersions
{
    public static JsonResponse List(HttpRequest request) => new(StatusCodes.Status300MultipleChoices, json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("versions");
        json.WriteStartArray("values");
        WriteV3(json, request);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    });

    public static JsonResponse Show(HttpRequest request) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("version");
        WriteV3(json, request);
        json.WriteEndObject();
    });

    private static void WriteV3(Utf8JsonWriter json, HttpRequest request)
    {
        json.WriteStartObject();
        json.WriteString("id", "v3.14");
        json.WriteString("status", "stable");
        json.WriteString("updated", "2020-04-07T00:00:00Z");
        json.WriteStartArray("links");
        Links.Write(json, "self", $"{Links.Base(request)}/identity/v3/");
        json.WriteEndArray();
        json.WriteStartArray("media-types");
        json.WriteStartObject();
        json.WriteString("base", "application/json");
        json.WriteString("type", "application/vnd.openstack.identity-v3+json");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
