using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Identity;

/// <summary>The body of POST /auth/tokens: how the user proves who they are, and for which project the token is to be.</summary>
internal sealed record AuthRequest(
    IReadOnlyList<string> Methods, Reference? User, string? Password, string? Token, AuthScope Scope, Reference? Project)
{
    /// <exception cref="Fault">400 for a body that is no such request.</exception>
    public static AuthRequest Read(JsonElement body)
    {
        var auth = Object(body, "auth", "request body");
        var identity = Object(auth, "identity", "auth");
        var methods = ReadMethods(identity);
        var proof = new AuthRequest(methods, null, null, null, AuthScope.None, null);
        if (methods.Contains("password"))
        {
            var user = Object(Object(identity, "password", "identity"), "user", "password");
            proof = proof with { User = Reference.Read(user, "user"), Password = Text(user, "password", "user") };
        }
        if (methods.Contains("token"))
            proof = proof with { Token = Text(Object(identity, "token", "identity"), "id", "token") };
        return auth.TryGetProperty("scope", out var scope) ? WithScope(proof, scope) : proof;
    }

    private static AuthRequest WithScope(AuthRequest proof, JsonElement scope)
    {
        if (scope.ValueKind == JsonValueKind.String && scope.GetString() == "unscoped")
            return proof;
        if (scope.ValueKind != JsonValueKind.Object)
            throw Malformed("project", "scope");
        if (scope.TryGetProperty("project", out _))
            return proof with { Scope = AuthScope.Project, Project = Reference.Read(Object(scope, "project", "scope"), "project") };
        return proof with { Scope = scope.EnumerateObject().Any() ? AuthScope.Other : AuthScope.None };
    }

    private static string[] ReadMethods(JsonElement identity)
    {
        if (!identity.TryGetProperty("methods", out var methods) || methods.ValueKind != JsonValueKind.Array
            || methods.EnumerateArray().Any(method => method.ValueKind != JsonValueKind.String))
            throw Malformed("methods", "identity");
        return [.. methods.EnumerateArray().Select(method => method.GetString()!).Distinct()];
    }

    internal static JsonElement Object(JsonElement parent, string key, string parentName)
        => parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Object ? value : throw Malformed(key, parentName);

    internal static string Text(JsonElement parent, string key, string parentName)
        => parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Malformed(key, parentName);

    private static Fault Malformed(string key, string parent) => Fault.BadRequest(
        $"Expecting to find {key} in {parent}. The server could not comply with the request since it is either malformed or "
        + "otherwise incorrect. The client is assumed to be in error.");
}

/// <summary>What a token is asked for: no project, one project, or something that Kiroku does not have (a domain, the system).</summary>
internal enum AuthScope
{
    None,
    Project,
    Other,
}

/// <summary>A user or project as a request names it: by id, or by name within a domain.</summary>
internal sealed record Reference(string? Id, string? Name)
{
    /// <summary>A name in a domain that Kiroku does not have names nobody.</summary>
    public static Reference Read(JsonElement element, string name)
    {
        if (element.TryGetProperty("id", out _))
            return new Reference(AuthRequest.Text(element, "id", name), null);
        var own = AuthRequest.Text(element, "name", name);
        var domain = AuthRequest.Object(element, "domain", name);
        var known = domain.TryGetProperty("id", out _)
            ? AuthRequest.Text(domain, "id", "domain") == Domain.Id
            : AuthRequest.Text(domain, "name", "domain").Equals(Domain.Name, StringComparison.OrdinalIgnoreCase);
        return new Reference(null, known ? own : null);
    }
}
