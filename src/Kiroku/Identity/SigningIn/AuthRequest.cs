using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.SigningIn;

/// <summary>The body of POST /auth/tokens: the user's proof of identity and the requested scope.</summary>
internal sealed record AuthRequest
{
    private static readonly string[] Scopes = ["system", "project", "domain", "OS-TRUST:trust", "unscoped"];

    public required IReadOnlyList<string> Methods { get; init; }

    public Reference? User { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    public CredentialProof? Credential { get; init; }

    public AuthScope Scope { get; init; }

    /// <summary>The project or domain of the scope.</summary>
    public Reference? Target { get; init; }

    /// <exception cref="Fault">400 for an invalid body.</exception>
    public static AuthRequest Read(JsonElement body)
    {
        var auth = body.ValueKind == JsonValueKind.Object
            ? Object(body, "auth", "request body")
            : throw Refusal.Missing("auth", "request body");
        var identity = Object(auth, "identity", "auth");
        var request = new AuthRequest { Methods = ReadMethods(identity) };
        if (request.Methods.Contains("password"))
        {
            var user = Object(Object(identity, "password", "identity"), "user", "password");
            request = request with
            {
                User = Reference.Read(user, "user"),
                Password = OptionalText(user, "password", "user") ?? "",
            };
        }
        if (request.Methods.Contains("token"))
            request = request with { Token = Text(Object(identity, "token", "identity"), "id", "token") };
        if (request.Methods.Contains(CredentialProof.Method))
            request = request with
            {
                Credential = CredentialProof.Read(Object(identity, CredentialProof.Method, "identity")),
            };
        return auth.TryGetProperty("scope", out var scope) ? WithScope(request, scope) : request;
    }

    internal static JsonElement Object(JsonElement parent, string key, string parentName)
        => parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw Refusal.Missing(key, parentName);

    internal static string Text(JsonElement parent, string key, string parentName)
        => OptionalText(parent, key, parentName) ?? throw Refusal.Missing(key, parentName);

    internal static string? OptionalText(JsonElement parent, string key, string parentName)
        => !parent.TryGetProperty(key, out var value) ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Refusal.Missing(key, parentName);

    private static AuthRequest WithScope(AuthRequest request, JsonElement scope)
    {
        if (scope.ValueKind == JsonValueKind.String && scope.GetString() == "unscoped")
            return request with { Scope = AuthScope.None };
        if (scope.ValueKind == JsonValueKind.Object && !scope.EnumerateObject().Any())
            return request;
        var named = scope.ValueKind == JsonValueKind.Object
            ? scope.EnumerateObject().Select(property => property.Name).Distinct().ToArray()
            : [];
        return named is [var kind] && Scopes.Contains(kind) ? WithScope(request, kind, scope)
            : throw Refusal.Missing("system, project, domain, OS-TRUST:trust or unscoped", "scope");
    }

    private static AuthRequest WithScope(AuthRequest request, string kind, JsonElement scope) => kind switch
    {
        "unscoped" => request with { Scope = AuthScope.None },
        "project" => request with
        {
            Scope = AuthScope.Project,
            Target = Reference.Read(Object(scope, kind, "scope"), kind),
        },
        "domain" => request with
        {
            Scope = AuthScope.Domain,
            Target = Reference.ReadDomain(Object(scope, kind, "scope")),
        },
        _ => request with { Scope = AuthScope.Other },
    };

    private static string[] ReadMethods(JsonElement identity)
    {
        if (!identity.TryGetProperty("methods", out var methods) || methods.ValueKind != JsonValueKind.Array
            || methods.EnumerateArray().Any(method => method.ValueKind != JsonValueKind.String))
            throw Refusal.Missing("methods", "identity");
        return [.. methods.EnumerateArray().Select(method => method.GetString()!).Distinct()];
    }
}

/// <summary>The requested scope of a token.</summary>
internal enum AuthScope
{
    /// <summary>No scope was requested, so the user's default project is tried.</summary>
    Default,
    None,
    Project,
    Domain,

    /// <summary>A scope that Kiroku does not have: the system, a trust.</summary>
    Other,
}

/// <summary>An application credential in a request: by id, or by name and user.</summary>
internal sealed record CredentialProof(string? Id, string? Name, Reference? User, string Secret)
{
    public const string Method = "application_credential";
    private const string Words = "application credential";

    public static CredentialProof Read(JsonElement element)
    {
        var id = AuthRequest.OptionalText(element, "id", Words);
        var name = AuthRequest.OptionalText(element, "name", Words);
        if (id is null && name is null)
            throw Refusal.Missing("name or ID", Words);
        var user = id is null ? Reference.Read(AuthRequest.Object(element, "user", Words), "user") : null;
        return new CredentialProof(id, name, user, AuthRequest.OptionalText(element, "secret", Words) ?? "");
    }
}

/// <summary>A user or project in a request: by id, or by name within a domain.</summary>
internal sealed record Reference(string? Id, string? Name)
{
    /// <summary>Reads a reference. A name in an unknown domain matches nobody.</summary>
    public static Reference Read(JsonElement element, string name)
    {
        if (AuthRequest.OptionalText(element, "id", name) is { } id)
            return new Reference(id, null);
        var own = AuthRequest.OptionalText(element, "name", name) ?? throw Nameless(name);
        var domain = AuthRequest.Object(element, "domain", name);
        return new Reference(null, ReadDomain(domain).Id == Domain.Id ? own : null);
    }

    /// <summary>Reads a domain by name or id. The result holds its id.</summary>
    public static Reference ReadDomain(JsonElement domain)
    {
        if (AuthRequest.OptionalText(domain, "id", "domain") is { } id)
            return new Reference(id, null);
        var name = AuthRequest.OptionalText(domain, "name", "domain") ?? throw Nameless("domain");
        return new Reference(name.Equals(Domain.Name, StringComparison.OrdinalIgnoreCase) ? Domain.Id : null, null);
    }

    private static Fault Nameless(string what)
        => Fault.BadRequest($"Invalid input for field {what}: id or name must be present.");
}
