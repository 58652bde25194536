using System.Text.Json;
using System.Text.Json.Nodes;
using Kiroku.Api;
using Kiroku.Networks;

namespace Kiroku.Proxies;

/// <summary>
/// os-security-group-rules: makes and deletes the rules about what comes in (nova/api/openstack/compute/
/// security_groups.py, SecurityGroupRulesController).
/// </summary>
internal static class GroupRuleProxiesApi
{
    private const string Thing = "security_group_rule";

    private static readonly Schema Rule = SecurityGroupProxiesApi.Body(Thing, Schema.Object(
        ("group_id", Parameters.Uuid with { Types = ["string", "null"] }), ("parent_group_id", Parameters.Uuid)),
        "parent_group_id");

    public static void MapGroupRuleProxies(this IEndpointRouteBuilder app)
    {
        app.MapPost("/os-security-group-rules", Create).UpTo(ProxyAccess.Last);
        app.MapDelete("/os-security-group-rules/{id}", Delete).UpTo(ProxyAccess.Last);
    }

    private static async Task<IResult> Create(HttpContext context, ProjectGroups groups, GroupStore store)
    {
        ProxyAccess.Require(context, ProxyRules.CreateRule);
        var asked = (await SecurityGroupProxiesApi.ReadAsync(context, Rule)).GetProperty(Thing);
        var group = await SecurityGroupProxiesApi.FindAsync(
            context, asked.GetProperty("parent_group_id").GetString()!, groups);
        if (asked.TextOf("group_id") is { } remote)
            await SecurityGroupProxiesApi.FindAsync(context, remote, groups);
        await groups.RequireEnforcedAsync(context.RequestAborted);
        var rule = new GroupRule(group.ProjectId, group.Id, new RuleRequest(NetworkBody.Of(Translate(asked))).Read())
        {
            Id = Guid.NewGuid(),
        };
        var added = await ProxyAccess.InNovasWordsAsync(() => store.AddRuleAsync(rule, context.RequestAborted));
        return ProxyAccess.One(Thing, added, NovaSecurityGroupView.Write);
    }

    private static async Task<IResult> Delete(
        HttpContext context, string id, ProjectGroups groups, GroupStore store)
    {
        var caller = ProxyAccess.Require(context, ProxyRules.DeleteRule);
        SecurityGroupProxiesApi.RequireId(id);
        var seen = await groups.ListSeenAsync(caller, [], context.RequestAborted);
        var rule = seen.SelectMany(group => group.Rules).FirstOrDefault(rule => rule.Id.ToString() == id)
            ?? throw Fault.NotFound($"Security group rule {id} does not exist");
        if (rule.CreatedAt is null)
            await groups.RequireEnforcedAsync(context.RequestAborted);
        await store.DeleteRuleAsync(rule, context.RequestAborted);
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    /// <summary>The rule in Neutron's words. Nova writes -1 for any port, type and code.</summary>
    private static JsonElement Translate(JsonElement asked)
    {
        var cidr = asked.TextOf("cidr");
        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["direction"] = Passing.In,
            ["ethertype"] = cidr?.Contains(':', StringComparison.Ordinal) == true ? "IPv6" : "IPv4",
            ["protocol"] = Node(asked, "ip_protocol"),
            ["port_range_min"] = Number(asked, "from_port"),
            ["port_range_max"] = Number(asked, "to_port"),
            ["remote_ip_prefix"] = cidr,
            ["remote_group_id"] = asked.TextOf("group_id"),
        });
    }

    private static JsonNode? Number(JsonElement asked, string key)
        => asked.TryGetProperty(key, out var value) && PythonText.Str(value) != "-1" ? Node(asked, key) : null;

    private static JsonNode? Node(JsonElement asked, string key)
        => asked.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null
            ? JsonNode.Parse(value.GetRawText())
            : null;
}
