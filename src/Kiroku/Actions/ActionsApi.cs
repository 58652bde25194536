using Kiroku.Api;
using Kiroku.Identity;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions;

/// <summary>The two calls that read the record: what was done to a server, and one of those actions with its events.</summary>
internal static class ActionsApi
{
    public static void MapActions(this IEndpointRouteBuilder app) => app.MapCompute(compute =>
    {
        compute.MapGet("/servers/{serverId}/os-instance-actions", List);
        compute.MapGet("/servers/{serverId}/os-instance-actions/{requestId}", Show);
    });

    private static async Task<IResult> List(HttpContext context, string serverId, ActionStore store, IOptions<ActionsOptions> options)
    {
        var version = Microversions.Of(context);
        var subject = await FindSubjectAsync(context, serverId, Rules.ActionsList, store);
        var parameters = new QueryParameters(context.Request);
        var paged = version >= 58;
        var query = paged ? Query(parameters, version, options.Value.MaxLimit) : new ActionQuery(int.MaxValue);
        var view = View(context, subject);
        try
        {
            var actions = await store.ListAsync(subject.Id, query, context.RequestAborted);
            return JsonResponse.Ok(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("instanceActions");
                foreach (var action in actions)
                    view.WriteListed(json, action);
                json.WriteEndArray();
                if (paged)
                    parameters.WriteNextLink(json, "links", actions.Count, query.Limit, actions.Count > 0 ? actions[^1].RequestId : null, always: false);
                json.WriteEndObject();
            });
        }
        catch (UnknownMarkerException)
        {
            throw Fault.BadRequest($"Marker {query.Marker} could not be found.");
        }
    }

    private static async Task<IResult> Show(HttpContext context, string serverId, string requestId, ActionStore store)
    {
        var subject = await FindSubjectAsync(context, serverId, Rules.ActionsShow, store);
        var action = await store.FindAsync(subject.Id, requestId, context.RequestAborted)
            ?? throw Fault.NotFound($"Action {requestId} not found");
        var view = View(context, subject);
        return JsonResponse.Ok(json => view.Write(json, action));
    }

    /// <summary>The server whose record is asked for, if the caller may know of it; from 2.21 on deleted ones too.</summary>
    private static async Task<Subject> FindSubjectAsync(HttpContext context, string serverId, string rule, ActionStore store)
    {
        var caller = Caller.Of(context);
        var subject = Guid.TryParseExact(serverId, "D", out var id) ? await store.FindSubjectAsync(id, context.RequestAborted) : null;
        if (subject is null || (subject.Deleted && Microversions.Of(context) < 21) || !caller.MaySee(subject.ProjectId))
            throw Fault.NotFound($"Instance {serverId} could not be found.");
        caller.Require(rule, subject.ProjectId);
        return subject;
    }

    private static ActionQuery Query(QueryParameters parameters, Microversion version, int maxLimit)
    {
        if (version >= 66)
            parameters.RefuseUnknown("limit", "marker", "changes-since", "changes-before");
        else
            parameters.RefuseUnknown("limit", "marker", "changes-since");
        var query = new ActionQuery(
            parameters.Limit(maxLimit), parameters.Single("marker"), parameters.Time("changes-since"), parameters.Time("changes-before"));
        if (query.ChangesSince > query.ChangesBefore)
            throw Fault.BadRequest("The value of changes-since must be less than or equal to changes-before.");
        return query;
    }

    private static ActionView View(HttpContext context, Subject subject)
    {
        var caller = Caller.Of(context);
        return new ActionView(
            Microversions.Of(context),
            caller.May(Rules.ActionsEvents, subject.ProjectId),
            caller.May(Rules.ActionsEventsDetails, subject.ProjectId),
            subject.ProjectId);
    }
}
