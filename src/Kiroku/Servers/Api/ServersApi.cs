using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Nodes;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Groups;
using Kiroku.Servers.Lists;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;
using Kiroku.Servers.Work;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Api;

/// <summary>
/// The routes that create, list, show, update and delete servers. Actions come to <see cref="ServerActionsApi"/>.
/// </summary>
internal static class ServersApi
{
    public static void MapServers(this IEndpointRouteBuilder app) => app.MapCompute(compute =>
    {
        compute.MapGet("/servers", ListBrief);
        compute.MapGet("/servers/detail", ListDetail);
        compute.MapPost("/servers", Create).AddEndpointFilter<IdempotencyFilter>();
        compute.MapGet("/servers/{serverId}", Show);
        compute.MapPut("/servers/{serverId}", Update);
        compute.MapDelete("/servers/{serverId}", Delete).AddEndpointFilter<IdempotencyFilter>();
        compute.MapServerMetadata();
        compute.MapServerTags();
        compute.MapAddresses();
        compute.MapAttachments();
        compute.MapInterfaces();
        compute.MapRemoteConsoles();
        compute.MapUsage();
        compute.MapServerGroups();
        compute.MapPost("/servers/{serverId}/action", ServerActionsApi.Act).AddEndpointFilter<IdempotencyFilter>();
    });

    /// <summary>The view of servers in this request's version, for this request's caller.</summary>
    public static ServerView View(HttpContext context)
        => new(context.Request, Microversions.Of(context), Caller.Of(context).IsAdmin);

    /// <summary>The same view, with the host statuses that administrators see.</summary>
    private static async Task<ServerView> ViewAsync(HttpContext context)
        => Caller.Of(context).IsAdmin
            ? View(context) with
            {
                HostStatuses = await context.RequestServices.GetRequiredService<HostWatch>()
                    .ListStatusesAsync(context.RequestAborted),
            }
            : View(context);

    /// <summary>The same view, with the names of the security groups that servers were put into.</summary>
    private static async Task<ServerView> ViewAsync(HttpContext context, IReadOnlyList<Server> servers)
    {
        var view = await ViewAsync(context);
        if (servers.All(server => server.Labels.Groups is null))
            return view;
        var project = servers.Select(server => server.ProjectId).Distinct().ToList() is [var only] ? only : null;
        var groups = await context.RequestServices.GetRequiredService<GroupStore>()
            .ListAsync(project, context.RequestAborted);
        return view with { GroupNames = groups.ToDictionary(group => group.Id, group => group.Name) };
    }

    private static Task<IResult> ListBrief(HttpContext context, ServerLists lists, IOptions<ServersOptions> options)
        => ListAsync(context, lists, options.Value, detailed: false);

    private static Task<IResult> ListDetail(HttpContext context, ServerLists lists, IOptions<ServersOptions> options)
        => ListAsync(context, lists, options.Value, detailed: true);

    private static async Task<IResult> ListAsync(
        HttpContext context, ServerLists lists, ServersOptions options, bool detailed)
    {
        Caller.Of(context).Require(detailed ? ServerRules.ListDetail : ServerRules.List, Caller.Of(context).ProjectId);
        var parameters = new QueryParameters(context.Request);
        var query = new ServerListing(context, detailed).Read(options.MaxLimit);
        try
        {
            var servers = await lists.ListAsync(query, context.RequestAborted);
            var view = detailed ? await ViewAsync(context, servers) : View(context);
            return JsonResponse.Ok(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("servers");
                foreach (var server in servers)
                {
                    if (detailed)
                        view.WriteListed(json, server);
                    else
                        view.WriteBrief(json, server);
                }
                json.WriteEndArray();
                parameters.WriteNextLink(json, "servers_links", servers.Count, query.Limit, servers.Count > 0
                    ? servers[^1].Id.ToString()
                    : null, always: false);
                json.WriteEndObject();
            });
        }
        catch (UnknownMarkerException)
        {
            throw Fault.BadRequest($"marker [{query.Marker}] not found");
        }
    }

    private static async Task<IResult> Create(HttpContext context, ServerCreation creation)
    {
        var version = Microversions.Of(context);
        var relaxed = Microversions.IsRelaxed(context);
        var body = await RequestBody.ReadAsync(context.Request);
        ServerSchemas.Create(version, relaxed).Require(body, relaxed);
        var request = new CreateRequest(body, version, Caller.Of(context));
        return await creation.CreateAsync(context, request, first => ShowCreated(context, request, first));
    }

    private static Answer ShowCreated(HttpContext context, CreateRequest request, Server server)
    {
        var answer = new Answer(RequestId.Of(context), StatusCodes.Status202Accepted) { IsRecorded = true };
        if (request.WantsReservation)
            return answer with { Body = ShowReservation(server.Labels.ReservationId) };
        var view = View(context);
        if (request.SecurityGroups.ToList() is { Count: > 0 } asked)
            view = view with { AskedGroups = asked };
        return answer with
        {
            Location = $"{Links.ComputeBase(context.Request)}/servers/{server.Id}",
            Body = Answer.Write(json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("server");
                view.WriteCreated(json, server, request.AdminPass);
                json.WriteEndObject();
            }),
        };
    }

    /// <summary>
    /// The answer that a caller may ask for when it creates many servers at once: one reservation id for all of them.
    /// </summary>
    private static string ShowReservation(string id) => Answer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("reservation_id", id);
        json.WriteEndObject();
    });

    private static async Task<IResult> Show(HttpContext context, string serverId, ServerStore store)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.Show);
        var view = await ViewAsync(context, [server]);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("server");
            view.Write(json, server);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Update(
        HttpContext context, string serverId, ServerStore store, ServerNotes notes)
    {
        var (version, relaxed) = (Microversions.Of(context), Microversions.IsRelaxed(context));
        var body = await RequestBody.ReadAsync(context.Request);
        ServerSchemas.Update(version, relaxed).Require(body, relaxed);
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.Update);
        var updated = await notes.UpdateAsync(server, new UpdateRequest(body.GetProperty("server"), version));
        var view = await ViewAsync(context, [server]);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("server");
            view.WriteUpdated(json, updated);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> Delete(
        HttpContext context, string serverId, ServerStore store, InstantActions instant, ServerGrains grains,
        IDatabase database, TimeProvider time)
    {
        var server = await CallersServer.FindAsync(context, serverId, store, ServerRules.Delete);
        ServerLock.Refuse(context, server);
        var request = ActionRequest.Of(context, ActionNames.Delete, time.UtcNow());
        if (server.TaskState != TaskStates.Deleting)
        {
            var form = new AnswerForm(StatusCodes.Status204NoContent);
            return await grains.BeginAsync(server, request with { Form = form }, CancellationToken.None);
        }
        // As in Nova: a server that is being deleted is left to the deletion that runs. This request gets its answer at
        // once.
        var answer = new Answer(request.RequestId, StatusCodes.Status204NoContent);
        // The ballast that the store gives up when its disk is full is for real deletions, not for a request that does
        // nothing.
        if (!database.IsDiskFull)
            await instant.AcceptAsync(server.Id, request, answer, recorded: null);
        return answer;
    }
}
