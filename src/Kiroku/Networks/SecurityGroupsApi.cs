using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>
/// Security groups and their rules: a project sees its own, an administrator those of every project that has servers.
/// </summary>
internal static class SecurityGroupsApi
{
    public static void MapSecurityGroupRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/security-groups", ListGroups);
        app.MapGet("/security-groups/{id}", ShowGroup);
        app.MapGet("/security-group-rules", ListRules);
        app.MapGet("/security-group-rules/{id}", ShowRule);
    }

    private static async Task<IResult> ListGroups(HttpContext context, CloudNetworks networks, PortStore ports)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.Groups);
        var query = new ListQuery(context.Request, SecurityGroupView.GroupKeys);
        var seen = await SeenAsync(context, caller, networks, ports);
        return query.Answer(
            "security_groups", ListPage.Of(query, seen.Select(SecurityGroupView.Of), NoGroup));
    }

    private static async Task<IResult> ShowGroup(
        HttpContext context, string id, CloudNetworks networks, PortStore ports)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.Groups);
        var group = (await SeenAsync(context, caller, networks, ports)).Find(group => group.Id.ToString() == id)
            ?? throw NoGroup(id);
        return NetworkAnswer.One(context.Request, "security_group", SecurityGroupView.Of(group));
    }

    private static async Task<IResult> ListRules(HttpContext context, CloudNetworks networks, PortStore ports)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.GroupRules);
        var query = new ListQuery(context.Request, SecurityGroupView.RuleKeys);
        var rules = (await SeenAsync(context, caller, networks, ports)).SelectMany(group => group.Rules);
        return query.Answer(
            "security_group_rules", ListPage.Of(query, rules.Select(SecurityGroupView.Of), NoRule));
    }

    private static async Task<IResult> ShowRule(HttpContext context, string id, CloudNetworks networks, PortStore ports)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.GroupRules);
        var rule = (await SeenAsync(context, caller, networks, ports)).SelectMany(group => group.Rules)
            .FirstOrDefault(rule => rule.Id.ToString() == id) ?? throw NoRule(id);
        return NetworkAnswer.One(context.Request, "security_group_rule", SecurityGroupView.Of(rule));
    }

    /// <summary>As with Neutron a group is there from the first look at its project on.</summary>
    private static async Task<List<SecurityGroup>> SeenAsync(
        HttpContext context, Caller caller, CloudNetworks networks, PortStore ports)
    {
        var map = await networks.ReadAsync(context.RequestAborted);
        var parameters = new QueryParameters(context.Request);
        string[] named = [.. parameters.All("project_id"), .. parameters.All("tenant_id")];
        IEnumerable<string> projects = caller.IsAdmin
            ? [caller.ProjectId, .. named, .. await ports.ListProjectsAsync(context.RequestAborted)]
            : [caller.ProjectId];
        return
        [
            .. projects.Where(project => project.Length > 0).Distinct()
                .Select(project => SecurityGroup.Of(project, map)),
        ];
    }

    private static Fault NoGroup(string id)
        => NetworkAccess.NotFound("SecurityGroupNotFound", $"Security group {id} does not exist");

    private static Fault NoRule(string id)
        => NetworkAccess.NotFound("SecurityGroupRuleNotFound", $"Security group rule {id} does not exist");
}
