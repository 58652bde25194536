using System.Text.RegularExpressions;
using Kiroku.Api;
using Kiroku.Identity;

namespace Kiroku.Servers;

/// <summary>Reads what a list of servers is asked for (nova/api/openstack/compute/schemas/servers.py, query_params).</summary>
internal static class ServerListing
{
    private static readonly string[] AdminOnly = ["host", "deleted"];

    public static ServerQuery Read(HttpContext context, QueryParameters parameters, int maxLimit)
    {
        var caller = Caller.Of(context);
        var query = new ServerQuery
        {
            ProjectId = caller.ProjectId,
            Limit = parameters.Limit(maxLimit),
            Marker = Marker(parameters),
            Name = Pattern(parameters.Last("name")),
            Status = parameters.Last("status")?.ToUpperInvariant(),
            ImageId = parameters.Last("image"),
            FlavorId = parameters.Last("flavor"),
            UserId = parameters.Last("user_id"),
            ChangesSince = parameters.Time("changes-since"),
            ChangesBefore = Microversions.Of(context) >= 66 ? parameters.Time("changes-before") : null,
        };
        if (query.ChangesSince > query.ChangesBefore)
            throw Fault.BadRequest("The value of changes-since must be less than or equal to changes-before.");
        if (parameters.Last("uuid") is { } uuid)
            query = query with { Id = Guid.TryParse(uuid, out var id) ? id : Guid.Empty };
        if (Truthy(parameters, "all_tenants"))
        {
            Policy.Require(caller, Rules.ServersDetailAllProjects, caller.ProjectId);
            query = query with { ProjectId = parameters.Last("project_id") ?? parameters.Last("tenant_id") };
        }
        if (caller.IsAdmin)
            query = query with { Host = parameters.Last("host"), Deleted = Truthy(parameters, "deleted") };
        else if (Array.Exists(AdminOnly, parameters.Has) && parameters.Last("host") is not null)
            query = query with { Id = Guid.Empty };
        return query;
    }

    private static Guid? Marker(QueryParameters parameters)
    {
        if (parameters.Single("marker") is not { } text)
            return null;
        return Guid.TryParse(text, out var marker) ? marker : throw Fault.BadRequest($"marker [{text}] not found");
    }

    private static Regex? Pattern(string? name)
    {
        try
        {
            // Without backtracking, so that no pattern of a caller's can hold the service up.
            return name is null ? null : new Regex(name, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return new Regex(Regex.Escape(name!), RegexOptions.NonBacktracking | RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1));
        }
    }

    private static bool Truthy(QueryParameters parameters, string name)
        => parameters.Last(name)?.ToUpperInvariant() is "1" or "T" or "TRUE" or "Y" or "YES" or "ON" or "";
}
