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
        var view = ActionView.Of(context);
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

    private static async Task Show(HttpContext context, string serverId, string requestId, ActionStore store, FinishedRecords finished)
    {
        if (!Guid.TryParseExact(serverId, "D", out var id))
            throw NoServer(serverId);
        var view = ActionView.Of(context);
        var key = new FinishedKey(id, requestId, view);
        if (finished.Find(key) is { } known)
        {
            Let(context, serverId, known.Subject, Rules.ActionsShow);
            await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, known.Body);
            return;
        }
        var removals = finished.Removals(id);
        var (found, action) = await store.FindWithSubjectAsync(id, requestId, context.RequestAborted);
        var subject = Let(context, serverId, found, Rules.ActionsShow);
        if (action is null)
            throw Fault.NotFound($"Action {requestId} not found");
        var body = JsonResponse.ToBytes(json => view.Write(json, action, subject));
        if (action.Action.FinishTime is not null)
            finished.Keep(key, new FinishedRecord(body, subject, removals));
        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, body);
    }

    private static async Task<Subject> FindSubjectAsync(HttpContext context, string serverId, string rule, ActionStore store)
    {
        var subject = Guid.TryParseExact(serverId, "D", out var id) ? await store.FindSubjectAsync(id, context.RequestAborted) : null;
        return Let(context, serverId, subject, rule);
    }

    /// <summary>The server whose record is asked for, if the caller may know of it; from 2.21 on deleted ones too.</summary>
    private static Subject Let(HttpContext context, string serverId, Subject? subject, string rule)
    {
        var caller = Caller.Of(context);
        if (subject is null || (subject.Deleted && Microversions.Of(context) < 21) || !caller.MaySee(subject.ProjectId))
            throw NoServer(serverId);
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

    private static Fault NoServer(string id) => Fault.NotFound($"Instance {id} could not be found.");
}
