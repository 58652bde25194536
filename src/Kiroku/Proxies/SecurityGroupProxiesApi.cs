using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Networks;

namespace Kiroku.Proxies;

/// <summary>
/// os-security-groups: the groups of the network service in Nova's form (nova/api/openstack/compute/
/// security_groups.py).
/// </summary>
internal static class SecurityGroupProxiesApi
{
    private const int MaxLimit = 1000;
    private const string Thing = "security_group";

    private static readonly Schema UpTo255 = Parameters.Text with { MinLength = 0, MaxLength = 255 };

    private static readonly Schema Group = Body(Thing, Schema.Object(
        ("name", UpTo255), ("description", UpTo255)), "name", "description");

    public static void MapSecurityGroupProxies(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-security-groups", List).UpTo(ProxyAccess.Last);
        app.MapPost("/os-security-groups", Create).UpTo(ProxyAccess.Last);
        app.MapGet("/os-security-groups/{id}", Show).UpTo(ProxyAccess.Last);
        app.MapPut("/os-security-groups/{id}", Update).UpTo(ProxyAccess.Last);
        app.MapDelete("/os-security-groups/{id}", Delete).UpTo(ProxyAccess.Last);
    }

    /// <exception cref="Fault">404: the caller sees no such group.</exception>
    public static async Task<SecurityGroup> FindAsync(HttpContext context, string id, ProjectGroups groups)
    {
        RequireId(id);
        var seen = await groups.ListSeenAsync(Caller.Of(context), [], context.RequestAborted);
        return seen.FirstOrDefault(group => group.Id.ToString() == id)
            ?? throw Fault.NotFound($"Security group {id} does not exist");
    }

    public static async Task<JsonElement> ReadAsync(HttpContext context, Schema schema)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        schema.Require(body, Microversions.IsRelaxed(context));
        return body;
    }

    public static void RequireId(string id)
    {
        if (!Guid.TryParse(id, out _))
            throw Fault.BadRequest("Security group id should be uuid");
    }

    public static Schema Body(string key, Schema value, params string[] required)
        => Schema.Body(key, value with { Required = required, Open = true }) with { Open = true };

    private static async Task<IResult> List(HttpContext context, ProjectGroups groups)
    {
        var caller = ProxyAccess.Require(context, ProxyRules.Groups);
        var parameters = new QueryParameters(context.Request);
        var limit = parameters.LastLimit(MaxLimit) is > 0 and var asked ? asked : MaxLimit;
        var offset = parameters.LastNumber("offset", otherwise: 0);
        var all = caller.IsAdmin && parameters.Has("all_tenants")
            ? await groups.ListSeenAsync(caller, [], context.RequestAborted)
            : await groups.ListAsync(caller.ProjectId, context.RequestAborted);
        var page = all.OrderBy(group => group.ProjectId, StringComparer.Ordinal).Skip(offset).Take(limit);
        return ProxyAccess.List("security_groups", page, NovaSecurityGroupView.Write);
    }

    private static async Task<IResult> Show(HttpContext context, string id, ProjectGroups groups)
    {
        ProxyAccess.Require(context, ProxyRules.Group);
        return Answer(await FindAsync(context, id, groups));
    }

    private static async Task<IResult> Create(HttpContext context, ProjectGroups groups, GroupStore store)
    {
        var caller = ProxyAccess.Require(context, ProxyRules.CreateGroup);
        var (name, description) = Read(await ReadAsync(context, Group));
        await groups.RequireEnforcedAsync(context.RequestAborted);
        if (name == SecurityGroup.Default)
            throw Fault.BadRequest("Default security group already exists.");
        var made = NewGroup.Of(caller.ProjectId, name, description);
        return Answer(await ProxyAccess.InNovasWordsAsync(() => store.AddAsync(made, context.RequestAborted)));
    }

    private static async Task<IResult> Update(
        HttpContext context, string id, ProjectGroups groups, GroupStore store)
    {
        ProxyAccess.Require(context, ProxyRules.UpdateGroup);
        var (name, description) = Read(await ReadAsync(context, Group));
        var group = await FindAsync(context, id, groups);
        await groups.RequireEnforcedAsync(context.RequestAborted);
        if (name != group.Name && (group.IsDefault || name == SecurityGroup.Default))
            throw Fault.BadRequest("Updating default security group not allowed.");
        return Answer(await store.ChangeAsync(group, name, description, context.RequestAborted));
    }

    private static async Task<IResult> Delete(
        HttpContext context, string id, ProjectGroups groups, GroupStore store)
    {
        ProxyAccess.Require(context, ProxyRules.DeleteGroup);
        var group = await FindAsync(context, id, groups);
        if (group.IsDefault)
            throw Fault.BadRequest("Insufficient rights for removing default security group.");
        await ProxyAccess.InNovasWordsAsync(async () =>
        {
            await store.DeleteAsync(group, context.RequestAborted);
            return 0;
        });
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    private static (string Name, string Description) Read(JsonElement body)
    {
        var group = body.GetProperty(Thing);
        return (group.TextOf("name") ?? "", group.TextOf("description") ?? "");
    }

    private static JsonResponse Answer(SecurityGroup group)
        => ProxyAccess.One(Thing, group, NovaSecurityGroupView.Write);
}
