using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.Api;

/// <summary>Role assignments as Keystone lists them.</summary>
internal static class AssignmentView
{
    public static (string, string, string) Identity(NamedAssignment one) => (one.UserId, one.ScopeId, one.RoleId);

    /// <summary>An assignment followed by those it implies, each of which refers to the role that implies
    /// it.</summary>
    public static IEnumerable<NamedAssignment> WithImplied(NamedAssignment one)
    {
        yield return one;
        var prior = new Role { Id = one.RoleId, Name = one.RoleName };
        while (prior.Implied is { } implied)
        {
            yield return one with { RoleId = implied.Id, RoleName = implied.Name, PriorRoleId = prior.Id };
            prior = implied;
        }
    }

    public static void Write(Utf8JsonWriter json, HttpRequest request, NamedAssignment one, bool names)
    {
        json.WriteStartObject();
        WriteLinks(json, $"{Links.Base(request)}/identity/v3", one);
        json.WriteStartObject("role");
        WriteNamed(json, one.RoleId, names ? one.RoleName : null);
        json.WriteEndObject();
        json.WriteStartObject("scope");
        WriteScope(json, one, names);
        json.WriteEndObject();
        json.WriteStartObject("user");
        WriteNamed(json, one.UserId, names ? one.UserName : null);
        if (names)
            TokenView.WriteDomain(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteScope(Utf8JsonWriter json, NamedAssignment one, bool names)
    {
        var isDomain = one.ScopeId == Domain.Id;
        json.WriteStartObject(isDomain ? "domain" : "project");
        WriteNamed(json, one.ScopeId, !names ? null : isDomain ? Domain.Name : one.ProjectName);
        if (names && !isDomain)
            TokenView.WriteDomain(json);
        json.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter json, string address, NamedAssignment one)
    {
        var scope = one.ScopeId == Domain.Id ? "domains" : "projects";
        json.WriteStartObject("links");
        json.WriteString("assignment", $"{address}/{scope}/{one.ScopeId}/users/{one.UserId}/roles/{one.RoleId}");
        if (one.PriorRoleId is { } prior)
            json.WriteString("prior_role", $"{address}/roles/{prior}/implies/{one.RoleId}");
        json.WriteEndObject();
    }

    private static void WriteNamed(Utf8JsonWriter json, string id, string? name)
    {
        json.WriteString("id", id);
        if (name is not null)
            json.WriteString("name", name);
    }
}
