using System.Globalization;
using System.Text.Json;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Tokens;

namespace Kiroku.Identity.Keystone;

/// <summary>Reads a token from Keystone's API, and writes the request for one.</summary>
internal static class KeystoneToken
{
    public static SignIn Read(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var token = document.RootElement.GetProperty("token");
        var user = token.GetProperty("user");
        var project = token.TryGetProperty("project", out var named)
            ? new Project { Id = Text(named, "id"), Name = Text(named, "name") }
            : null;
        var claims = new TokenClaims
        {
            UserId = Text(user, "id"),
            ScopeId = project?.Id,
            Methods = Texts(token, "methods"),
            AuditIds = Texts(token, "audit_ids"),
            IssuedAt = Time(token, "issued_at"),
            ExpiresAt = Time(token, "expires_at"),
        };
        return new SignIn(claims, new User { Id = claims.UserId, Name = Text(user, "name"), PasswordHash = "" },
            project, Roles(token));
    }

    public static void WriteRequest(Utf8JsonWriter json, KeystoneOptions options, string password)
    {
        json.WriteStartObject();
        json.WriteStartObject("auth");
        json.WriteStartObject("identity");
        json.WriteStartArray("methods");
        json.WriteStringValue("password");
        json.WriteEndArray();
        json.WriteStartObject("password");
        WriteNamed(json, "user", options.UserName!, options.UserDomainName, password);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("scope");
        WriteNamed(json, "project", options.ProjectName, options.ProjectDomainName, null);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNamed(Utf8JsonWriter json, string kind, string name, string domain, string? password)
    {
        json.WriteStartObject(kind);
        json.WriteString("name", name);
        json.WriteStartObject("domain");
        json.WriteString("name", domain);
        json.WriteEndObject();
        if (password is not null)
            json.WriteString("password", password);
        json.WriteEndObject();
    }

    /// <summary>Exactly the roles that the token lists: Keystone has already added the implied ones.</summary>
    private static Role[] Roles(JsonElement token) => token.TryGetProperty("roles", out var roles)
        ? [.. roles.EnumerateArray().Select(role => new Role { Id = Text(role, "id"), Name = Text(role, "name") })]
        : [];

    private static string Text(JsonElement element, string key)
        => element.GetProperty(key).GetString() ?? throw new FormatException($"{key} is null.");

    private static string[] Texts(JsonElement element, string key)
        => element.TryGetProperty(key, out var texts)
            ? [.. texts.EnumerateArray().Select(text => text.GetString() ?? "")]
            : [];

    private static DateTime Time(JsonElement element, string key) => DateTime.Parse(
        Text(element, key), CultureInfo.InvariantCulture,
        DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
}
