using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>The rules of security groups, which are made and deleted where hosts enforce them.</summary>
internal static class GroupRulesApi
{
    private const string Thing = "security_group_rule";

    public static void MapGroupRuleRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/security-group-rules", List);
        app.MapGet("/security-group-rules/{id}", Show);
        app.MapPost("/security-group-rules", Create);
        app.MapPut("/security-group-rules/{id}", Update);
        app.MapDelete("/security-group-rules/{id}", Delete);
    }

    private static async Task<IResult> List(HttpContext context, ProjectGroups groups)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.GroupRules);
        var query = new ListQuery(context.Request, SecurityGroupView.RuleKeys);
        var seen = await groups.ListSeenAsync(
            caller, SecurityGroupsApi.NamedProjects(context.Request), context.RequestAborted);
        return query.Answer("security_group_rules", ListPage.Of(
            query, seen.SelectMany(group => group.Rules).Select(SecurityGroupView.Of), NoRule));
    }

    private static async Task<IResult> Show(HttpContext context, string id, ProjectGroups groups)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.GroupRules);
        var seen = await groups.ListSeenAsync(
            caller, SecurityGroupsApi.NamedProjects(context.Request), context.RequestAborted);
        return Answer(context, Find(seen, id).Rule ?? throw NoRule(id), 200);
    }

    private static async Task<IResult> Create(HttpContext context, ProjectGroups groups, GroupStore store)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.CreateGroupRule);
        await groups.RequireEnforcedAsync(context.RequestAborted);
        var body = await NetworkBody.ReadAsync(context.Request, Thing, RuleRequest.Keys);
        SecurityGroupsApi.ProjectOf(context, body, NetworkRules.CreateGroupRule);
        var id = body.TextOrNull("security_group_id") ?? throw Fault.BadRequest(
            "Failed to parse request. Required attribute 'security_group_id' not specified");
        var passing = new RuleRequest(body).Read();
        var group = (await groups.ListSeenAsync(caller, [], context.RequestAborted))
            .FirstOrDefault(group => group.Id.ToString() == id) ?? throw GroupStore.NoGroup(id);
        var rule = new GroupRule(group.ProjectId, group.Id, passing)
        {
            Id = Guid.NewGuid(),
            Description = body.TextOrNull("description") ?? "",
        };
        return Answer(context, await store.AddRuleAsync(rule, context.RequestAborted), 201);
    }

    /// <summary>As with Neutron nothing of a rule changes but its description, which says nothing here.</summary>
    private static async Task Update(HttpContext context, string id, ProjectGroups groups)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.DeleteGroupRule);
        await groups.RequireEnforcedAsync(context.RequestAborted);
        var seen = await groups.ListSeenAsync(caller, [], context.RequestAborted);
        throw Find(seen, id).Rule is null
            ? NoRule(id)
            : Fault.BadRequest("A security group rule cannot be changed: delete it and make another.");
    }

    /// <summary>What is kept can be deleted even where it is not enforced any more.</summary>
    private static async Task<IResult> Delete(HttpContext context, string id, ProjectGroups groups, GroupStore store)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.DeleteGroupRule);
        var (group, rule) = Find(await groups.ListSeenAsync(caller, [], context.RequestAborted), id);
        if (group is not { IsKept: true })
            await groups.RequireEnforcedAsync(context.RequestAborted);
        await store.DeleteRuleAsync(rule ?? throw NoRule(id), context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static (SecurityGroup? Group, GroupRule? Rule) Find(IReadOnlyList<SecurityGroup> seen, string id)
        => seen.SelectMany(group => group.Rules.Select(rule => ((SecurityGroup?)group, (GroupRule?)rule)))
            .FirstOrDefault(pair => pair.Item2!.Id.ToString() == id);

    private static JsonResponse Answer(HttpContext context, GroupRule rule, int status)
        => NetworkAnswer.One(context.Request, Thing, SecurityGroupView.Of(rule), status);

    private static Fault NoRule(string id)
        => NetworkAccess.NotFound("SecurityGroupRuleNotFound", $"Security group rule {id} does not exist");
}
