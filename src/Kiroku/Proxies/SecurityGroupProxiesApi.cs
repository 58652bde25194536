using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;

namespace Kiroku.Proxies;

/// <summary>
/// os-security-groups and os-security-group-rules: the groups of the network service in Nova's form
/// (nova/api/openstack/compute/security_groups.py).
/// </summary>
internal static class SecurityGroupProxiesApi
{
    private const int MaxLimit = 1000;

    private static readonly Schema UpTo255 = Parameters.Text with { MinLength = 0, MaxLength = 255 };

    private static readonly Schema Group = Body("security_group", Schema.Object(
        ("name", UpTo255), ("description", UpTo255)), "name", "description");

    private static readonly Schema Rule = Body("security_group_rule", Schema.Object(
        ("group_id", Parameters.Uuid with { Types = ["string", "null"] }), ("parent_group_id", Parameters.Uuid)),
        "parent_group_id");

    public static void MapSecurityGroupProxies(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-security-groups", List).UpTo(ProxyAccess.Last);
        app.MapPost("/os-security-groups", Create).UpTo(ProxyAccess.Last);
        app.MapGet("/os-security-groups/{id}", Show).UpTo(ProxyAccess.Last);
        app.MapPut("/os-security-groups/{id}", Update).UpTo(ProxyAccess.Last);
        app.MapDelete("/os-security-groups/{id}", Delete).UpTo(ProxyAccess.Last);
        app.MapPost("/os-security-group-rules", CreateRule).UpTo(ProxyAccess.Last);
        app.MapDelete("/os-security-group-rules/{id}", DeleteRule).UpTo(ProxyAccess.Last);
    }

    private static async Task<IResult> List(HttpContext context, CloudNetworks networks, PortStore ports)
    {
        var caller = ProxyAccess.Require(context, ProxyRules.Groups);
        var parameters = new QueryParameters(context.Request);
        var limit = parameters.LastLimit(MaxLimit) is > 0 and var asked ? asked : MaxLimit;
        var offset = parameters.LastNumber("offset", otherwise: 0);
        var all = caller.IsAdmin && parameters.Has("all_tenants");
        var projects = all ? await ports.ListProjectsAsync(context.RequestAborted) : [];
        var map = await networks.ReadAsync(context.RequestAborted);
        var groups = projects.Append(caller.ProjectId).Distinct().Order(StringComparer.Ordinal)
            .Skip(offset).Take(limit).Select(project => SecurityGroup.Of(project, map));
        return ProxyAccess.List("security_groups", groups, NovaSecurityGroupView.Write);
    }

    private static async Task<IResult> Show(
        HttpContext context, string id, CloudNetworks networks, PortStore ports)
    {
        ProxyAccess.Require(context, ProxyRules.Group);
        var group = await FindAsync(context, id, networks, ports);
        return ProxyAccess.One("security_group", group, NovaSecurityGroupView.Write);
    }

    private static async Task Create(HttpContext context)
    {
        await ReadAsync(context, Group);
        throw Refusal();
    }

    private static async Task<IResult> Update(
        HttpContext context, string id, CloudNetworks networks, PortStore ports)
    {
        await ReadAsync(context, Group);
        await FindAsync(context, id, networks, ports);
        throw Refusal();
    }

    /// <summary>Every project has just the group default, which Neutron never deletes.</summary>
    private static async Task<IResult> Delete(
        HttpContext context, string id, CloudNetworks networks, PortStore ports)
    {
        await FindAsync(context, id, networks, ports);
        throw Fault.BadRequest("Insufficient rights for removing default security group.");
    }

    private static async Task<IResult> CreateRule(HttpContext context, CloudNetworks networks, PortStore ports)
    {
        var rule = (await ReadAsync(context, Rule)).GetProperty("security_group_rule");
        await FindAsync(context, rule.GetProperty("parent_group_id").GetString()!, networks, ports);
        if (rule.TextOf("group_id") is { } remote)
            await FindAsync(context, remote, networks, ports);
        throw Refusal();
    }

    private static async Task<IResult> DeleteRule(
        HttpContext context, string id, CloudNetworks networks, PortStore ports)
    {
        RequireId(id);
        var groups = await SeenAsync(context, networks, ports);
        throw groups.SelectMany(group => group.Rules).Any(rule => rule.Id.ToString() == id)
            ? Refusal()
            : Fault.NotFound($"Security group rule {id} does not exist");
    }

    private static async Task<SecurityGroup> FindAsync(
        HttpContext context, string id, CloudNetworks networks, PortStore ports)
    {
        RequireId(id);
        return (await SeenAsync(context, networks, ports)).FirstOrDefault(group => group.Id.ToString() == id)
            ?? throw Fault.NotFound($"Security group {id} does not exist");
    }

    private static async Task<IEnumerable<SecurityGroup>> SeenAsync(
        HttpContext context, CloudNetworks networks, PortStore ports)
    {
        var caller = Caller.Of(context);
        var others = caller.IsAdmin ? await ports.ListProjectsAsync(context.RequestAborted) : [];
        var map = await networks.ReadAsync(context.RequestAborted);
        return others.Append(caller.ProjectId).Distinct().Select(project => SecurityGroup.Of(project, map));
    }

    private static async Task<JsonElement> ReadAsync(HttpContext context, Schema schema)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        schema.Require(body, Microversions.IsRelaxed(context));
        return body;
    }

    private static void RequireId(string id)
    {
        if (!Guid.TryParse(id, out _))
            throw Fault.BadRequest("Security group id should be uuid");
    }

    private static Schema Body(string key, Schema value, params string[] required)
        => Schema.Body(key, value with { Required = required, Open = true }) with { Open = true };

    private static Fault Refusal() => new(403, Refusals.Groups);
}
