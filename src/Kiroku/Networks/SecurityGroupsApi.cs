using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>
/// Security groups: a project sees its own, an administrator those of every project that has servers or groups. They
/// are made and changed where hosts enforce them.
/// </summary>
internal static class SecurityGroupsApi
{
    private const string Thing = "security_group";

    public static void MapSecurityGroupRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/security-groups", List);
        app.MapGet("/security-groups/{id}", Show);
        app.MapPost("/security-groups", Create);
        app.MapPut("/security-groups/{id}", Update);
        app.MapDelete("/security-groups/{id}", Delete);
    }

    /// <summary>The projects that an administrator's query names.</summary>
    public static IEnumerable<string> NamedProjects(HttpRequest request)
    {
        var parameters = new QueryParameters(request);
        return [.. parameters.All("project_id"), .. parameters.All("tenant_id")];
    }

    /// <summary>The project that something new is to be of.</summary>
    /// <exception cref="Fault">403 for another than the caller's.</exception>
    public static string ProjectOf(HttpContext context, NetworkBody body, Rule rule)
    {
        var project = body.Project is { Length: > 0 } named ? named : Caller.Of(context).ProjectId;
        NetworkAccess.Require(context, rule, project);
        return project;
    }

    private static async Task<IResult> List(HttpContext context, ProjectGroups groups)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.Groups);
        var query = new ListQuery(context.Request, SecurityGroupView.GroupKeys);
        var seen = await groups.ListSeenAsync(caller, NamedProjects(context.Request), context.RequestAborted);
        return query.Answer(
            "security_groups", ListPage.Of(query, seen.Select(SecurityGroupView.Of), GroupStore.NoGroup));
    }

    private static async Task<IResult> Show(HttpContext context, string id, ProjectGroups groups)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.Groups);
        return Answer(context, await FindAsync(context, caller, id, groups), 200);
    }

    private static async Task<IResult> Create(HttpContext context, ProjectGroups groups, GroupStore store)
    {
        NetworkAccess.Require(context, NetworkRules.CreateGroup);
        await groups.RequireEnforcedAsync(context.RequestAborted);
        var body = await NetworkBody.ReadAsync(
            context.Request, Thing, "name", "description", "tenant_id", "project_id", "stateful");
        var project = ProjectOf(context, body, NetworkRules.CreateGroup);
        RequireStateful(body);
        var name = body.Text("name") ?? "";
        if (name == SecurityGroup.Default)
        {
            throw new Fault(409, "Default security group already exists.")
            {
                Type = "SecurityGroupDefaultAlreadyExists",
            };
        }
        var made = NewGroup.Of(project, name, body.TextOrNull("description") ?? "");
        return Answer(context, await store.AddAsync(made, context.RequestAborted), 201);
    }

    private static async Task<IResult> Update(HttpContext context, string id, ProjectGroups groups, GroupStore store)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.UpdateGroup);
        await groups.RequireEnforcedAsync(context.RequestAborted);
        var group = await FindAsync(context, caller, id, groups);
        var body = await NetworkBody.ReadAsync(context.Request, Thing, "name", "description", "stateful");
        RequireStateful(body);
        var name = body.Text("name") ?? group.Name;
        if (name != group.Name && (group.IsDefault || name == SecurityGroup.Default))
        {
            throw new Fault(409, "Updating default security group not allowed.")
            {
                Type = "SecurityGroupCannotUpdateDefault",
            };
        }
        var description = body.TextOrNull("description") ?? group.Description;
        return Answer(context, await store.ChangeAsync(group, name, description, context.RequestAborted), 200);
    }

    /// <summary>What is kept can be deleted even where it is not enforced any more.</summary>
    private static async Task<IResult> Delete(HttpContext context, string id, ProjectGroups groups, GroupStore store)
    {
        var caller = NetworkAccess.Require(context, NetworkRules.DeleteGroup);
        var seen = await groups.ListSeenAsync(caller, [], context.RequestAborted);
        var group = seen.FirstOrDefault(group => group.Id.ToString() == id);
        if (group is not { IsKept: true })
            await groups.RequireEnforcedAsync(context.RequestAborted);
        if (group is null)
            throw GroupStore.NoGroup(id);
        if (group.IsDefault)
        {
            throw new Fault(409, "Insufficient rights for removing default security group.")
            {
                Type = "SecurityGroupCannotRemoveDefault",
            };
        }
        await store.DeleteAsync(group, context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static async Task<SecurityGroup> FindAsync(
        HttpContext context, Caller caller, string id, ProjectGroups groups)
        => (await groups.ListSeenAsync(caller, NamedProjects(context.Request), context.RequestAborted))
            .FirstOrDefault(group => group.Id.ToString() == id) ?? throw GroupStore.NoGroup(id);

    private static void RequireStateful(NetworkBody body)
    {
        if (body["stateful"].ValueKind == System.Text.Json.JsonValueKind.False)
            throw Fault.BadRequest("The hosts of this cloud enforce security groups by connections: stateful is true.");
    }

    private static JsonResponse Answer(HttpContext context, SecurityGroup group, int status)
        => NetworkAnswer.One(context.Request, Thing, SecurityGroupView.Of(group), status);
}
