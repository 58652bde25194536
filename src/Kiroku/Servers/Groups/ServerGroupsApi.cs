using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Quotas;
using Kiroku.Servers.State;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Groups;

/// <summary>Nova's /os-server-groups: a project's server groups; administrators see those of all projects.</summary>
internal static class ServerGroupsApi
{
    private const string AllProjects = "all_projects";

    public static void MapServerGroups(this IEndpointRouteBuilder app)
    {
        app.MapGet("/os-server-groups", List);
        app.MapPost("/os-server-groups", Create);
        app.MapGet("/os-server-groups/{id}", Show);
        app.MapDelete("/os-server-groups/{id}", Delete);
    }

    private static async Task<IResult> List(
        HttpContext context, ServerGroupStore store, IOptions<ServersOptions> options)
    {
        var (caller, query) = (Caller.Of(context), new QueryParameters(context.Request));
        if (Microversions.Of(context) >= 75)
            query.RefuseUnknown(AllProjects, "limit", "offset");
        var (limit, offset) = (query.LastLimit(options.Value.MaxLimit), query.LastNumber("offset", 0));
        caller.Require(ServerGroupRules.List, caller.ProjectId);
        // As in Nova others get their own project's, whatever the parameter says.
        var all = query.Has(AllProjects) && caller.May(ServerGroupRules.ListAllProjects, caller.ProjectId);
        var groups = await store.ListAsync(
            all ? null : caller.ProjectId, offset, limit > 0 ? limit : options.Value.MaxLimit, context.RequestAborted);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("server_groups");
            foreach (var group in groups)
                new ServerGroupView(Microversions.Of(context)).Write(json, group);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Create(HttpContext context, ServerGroupStore store, QuotaStore quotas)
    {
        var (caller, version) = (Caller.Of(context), Microversions.Of(context));
        var body = await RequestBody.ReadAsync(context.Request);
        ServerGroupSchemas.Create(version).Require(body, Microversions.IsRelaxed(context));
        caller.Require(ServerGroupRules.Create, caller.ProjectId);
        // Nova looks at the quota before the policy's rules.
        ServerGroupStore.RequireRoom(await quotas.GetAsync(caller.ProjectId, context.RequestAborted));
        var group = new ServerGroupRequest(body.GetProperty("server_group"), version).Make(caller);
        await store.AddAsync(group, CancellationToken.None);
        return Answer(context, group);
    }

    private static async Task<IResult> Show(HttpContext context, string id, ServerGroupStore store)
        => Answer(context, await CallersGroup.FindAsync(context, id, store, ServerGroupRules.Show));

    private static async Task<IResult> Delete(HttpContext context, string id, ServerGroupStore store)
    {
        var group = await CallersGroup.FindAsync(context, id, store, ServerGroupRules.Delete);
        return await store.DeleteAsync(group.Id, CancellationToken.None)
            ? Results.StatusCode(StatusCodes.Status204NoContent)
            : throw Fault.NotFound(ServerGroupStore.Unknown(id));
    }

    private static JsonResponse Answer(HttpContext context, ServerGroup group) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("server_group");
        new ServerGroupView(Microversions.Of(context)).Write(json, group);
        json.WriteEndObject();
    });
}
