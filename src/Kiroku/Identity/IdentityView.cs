using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Identity;

/// <summary>Projects, users and the domain as Keystone shows them.</summary>
internal static class IdentityView
{
    public static JsonResponse Many<T>(HttpRequest request, string key, IEnumerable<T> items, Action<Utf8JsonWriter, HttpRequest, T> write)
        => JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray(key);
            foreach (var item in items)
                write(json, request, item);
            json.WriteEndArray();
            json.WriteStartObject("links");
            json.WriteNull("next");
            json.WriteString("self", Links.Base(request) + request.Path + request.QueryString);
            json.WriteNull("previous");
            json.WriteEndObject();
            json.WriteEndObject();
        });

    public static JsonResponse One<T>(HttpRequest request, string key, T item, Action<Utf8JsonWriter, HttpRequest, T> write)
        => JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName(key);
            write(json, request, item);
            json.WriteEndObject();
        });

    public static void Write(Utf8JsonWriter json, HttpRequest request, Project project)
    {
        json.WriteStartObject();
        WriteStart(json, project.Id, project.Name, project.Enabled);
        json.WriteString("domain_id", Domain.Id);
        json.WriteString("parent_id", Domain.Id);
        json.WriteBoolean("is_domain", false);
        json.WriteString("description", "");
        json.WriteStartArray("tags");
        json.WriteEndArray();
        WriteEnd(json, request, $"projects/{project.Id}");
    }

    public static void Write(Utf8JsonWriter json, HttpRequest request, User user)
    {
        json.WriteStartObject();
        WriteStart(json, user.Id, user.Name, user.Enabled);
        json.WriteString("domain_id", Domain.Id);
        json.WriteNull("password_expires_at");
        WriteEnd(json, request, $"users/{user.Id}");
    }

    /// <summary>The one domain; the parameter only makes this a writer like the others.</summary>
    public static void WriteDomain(Utf8JsonWriter json, HttpRequest request, string id)
    {
        json.WriteStartObject();
        WriteStart(json, id, Domain.Name, enabled: true);
        json.WriteString("description", "The default domain");
        json.WriteStartArray("tags");
        json.WriteEndArray();
        WriteEnd(json, request, $"domains/{id}");
    }

    private static void WriteStart(Utf8JsonWriter json, string id, string name, bool enabled)
    {
        json.WriteString("id", id);
        json.WriteString("name", name);
        json.WriteBoolean("enabled", enabled);
    }

    private static void WriteEnd(Utf8JsonWriter json, HttpRequest request, string resource)
    {
        json.WriteStartObject("options");
        json.WriteEndObject();
        json.WriteStartObject("links");
        json.WriteString("self", $"{Links.Base(request)}/identity/v3/{resource}");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
