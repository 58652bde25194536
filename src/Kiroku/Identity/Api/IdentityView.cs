using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.Api;

/// <summary>Projects, users, roles and the domain as Keystone shows them.</summary>
internal static class IdentityView
{
    public static JsonResponse Many<T>(
        HttpRequest request, string key, IEnumerable<T> items, Action<Utf8JsonWriter, HttpRequest, T> write)
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

    public static JsonResponse One<T>(
        HttpRequest request, string key, T item, Action<Utf8JsonWriter, HttpRequest, T> write, int status =
            StatusCodes.Status200OK)
        => new(status, json =>
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
        json.WriteString("parent_id", project.ParentId ?? Domain.Id);
        json.WriteBoolean("is_domain", false);
        json.WriteString("description", project.Description);
        json.WritePropertyName("tags");
        json.WriteRawValue(project.Tags);
        WriteOptions(json, project.Immutable);
        WriteExtra(json, project.Extra);
        WriteSelf(json, request, $"projects/{project.Id}");
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, HttpRequest request, User user)
    {
        json.WriteStartObject();
        WriteStart(json, user.Id, user.Name, user.Enabled);
        json.WriteString("domain_id", Domain.Id);
        json.WriteNull("password_expires_at");
        if (user.DefaultProjectId is { } project)
            json.WriteString("default_project_id", project);
        WriteOptions(json, immutable: false);
        WriteExtra(json, user.Extra);
        WriteSelf(json, request, $"users/{user.Id}");
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, HttpRequest request, Role role)
    {
        json.WriteStartObject();
        WriteRoleFields(json, role);
        WriteExtra(json, role.Extra);
        WriteSelf(json, request, $"roles/{role.Id}");
        json.WriteEndObject();
    }

    public static void WriteRoleFields(Utf8JsonWriter json, Role role)
    {
        json.WriteString("id", role.Id);
        json.WriteString("name", role.Name);
        json.WriteNull("domain_id");
        json.WriteString("description", role.Description);
        WriteOptions(json, role.Immutable);
    }

    /// <summary>Writes the only domain. The id parameter only gives this method the signature of the others.</summary>
    public static void WriteDomain(Utf8JsonWriter json, HttpRequest request, string id)
    {
        json.WriteStartObject();
        WriteStart(json, id, Domain.Name, enabled: true);
        json.WriteString("description", "The default domain");
        json.WriteStartArray("tags");
        json.WriteEndArray();
        WriteOptions(json, immutable: false);
        WriteSelf(json, request, $"domains/{id}");
        json.WriteEndObject();
    }

    /// <summary>Writes the link to a resource; without one, to the request's own address.</summary>
    public static void WriteSelf(Utf8JsonWriter json, HttpRequest request, string? resource = null)
    {
        json.WriteStartObject("links");
        json.WriteString("self", Links.Base(request) + (resource is null ? request.Path : $"/identity/v3/{resource}"));
        json.WriteEndObject();
    }

    private static void WriteStart(Utf8JsonWriter json, string id, string name, bool enabled)
    {
        json.WriteString("id", id);
        json.WriteString("name", name);
        json.WriteBoolean("enabled", enabled);
    }

    private static void WriteOptions(Utf8JsonWriter json, bool immutable)
    {
        json.WriteStartObject("options");
        if (immutable)
            json.WriteBoolean("immutable", true);
        json.WriteEndObject();
    }

    private static void WriteExtra(Utf8JsonWriter json, string extra)
    {
        using var document = JsonDocument.Parse(extra);
        foreach (var property in document.RootElement.EnumerateObject())
            property.WriteTo(json);
    }
}
