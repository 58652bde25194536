using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions;

/// <summary>
/// The two routes that read the record: the list of a server's actions, and one action with its events.
/// </summary>
internal static class ActionsApi
{
    public static void MapActions(this IEndpointRouteBuilder app) => app.MapCompute(compute =>
    {
        compute.MapGet("/servers/{serverId}/os-instance-actions", List);
        compute.MapGet("/servers/{serverId}/os-instance-actions/{requestId}", Show);
    });

    private static async Task<IResult> List(
        HttpContext context, string serverId, ActionStore store, FinishedRecords finished,
        IOptions<ActionsOptions> options)
    {
        var subject = await FindSubjectAsync(context, serverId, ActionRules.List, store);
        var view = ActionView.Of(context);
        var parameters = new QueryParameters(context.Request);
        var query = view.IsPaged
            ? Query(parameters, view.Version, options.Value.MaxLimit)
            : new ActionQuery(int.MaxValue);
        try
        {
            var actions = await store.ListAsync(
                subject.Id, query, id => finished.FindListed(new(subject.Id, id, view.IsPaged)),
                action => Listed(finished, view, action), context.RequestAborted);
            return JsonResponse.Ok(json => WriteList(json, actions, view.IsPaged ? (parameters, query.Limit) : null));
        }
        catch (UnknownMarkerException)
        {
            throw Fault.BadRequest($"Marker {query.Marker} could not be found.");
        }
    }

    private static ListedAction Listed(FinishedRecords finished, ActionView view, ActionRecord action)
    {
        var listed = new ListedAction(action.RequestId, JsonResponse.ToBytes(json => view.WriteListed(json, action)));
        return action.FinishTime is null
            ? listed
            : finished.KeepListed(new(action.ServerId, action.Id, view.IsPaged), listed);
    }

    private static void WriteList(
        Utf8JsonWriter json, IReadOnlyList<ListedAction> actions, (QueryParameters Parameters, int Limit)? page)
    {
        json.WriteStartObject();
        json.WriteStartArray("instanceActions");
        foreach (var action in actions)
            json.WriteRawValue(action.Json, skipInputValidation: true);
        json.WriteEndArray();
        if (page is var (parameters, limit))
            parameters.WriteNextLink(json, "links", actions.Count, limit, actions.Count > 0
                ? actions[^1].RequestId
                : null, always: false);
        json.WriteEndObject();
    }

    private static async Task Show(
        HttpContext context, string serverId, string requestId, ActionStore store, FinishedRecords finished)
    {
        if (!Guid.TryParseExact(serverId, "D", out var id))
            throw NoServer(serverId);
        var view = ActionView.Of(context);
        var key = new FinishedKey(id, requestId, view);
        if (finished.Find(key) is { } known
            && await store.FindUnchangedAsync(known.Subject, context.RequestAborted) is { } now)
        {
            RequireReadable(context, serverId, now, ActionRules.Show);
            await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, known.Body);
            return;
        }
        var removals = finished.Removals(id);
        var (found, action) = await store.FindWithSubjectAsync(id, requestId, context.RequestAborted);
        var subject = RequireReadable(context, serverId, found, ActionRules.Show);
        if (action is null)
            throw Fault.NotFound($"Action {requestId} not found");
        var body = JsonResponse.ToBytes(json => view.Write(json, action, subject));
        if (action.Action.FinishTime is not null && removals is { } before)
            finished.Keep(key, new FinishedRecord(body, subject, before));
        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, body);
    }

    private static async Task<Subject> FindSubjectAsync(
        HttpContext context, string serverId, Rule rule, ActionStore store)
    {
        var subject = Guid.TryParseExact(serverId, "D", out var id)
            ? await store.FindSubjectAsync(id, context.RequestAborted)
            : null;
        return RequireReadable(context, serverId, subject, rule);
    }

    /// <summary>
    /// Requires that the caller may read the server's record. From 2.21 on the server may be deleted.
    /// </summary>
    private static Subject RequireReadable(HttpContext context, string serverId, Subject? subject, Rule rule)
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
            parameters.Limit(maxLimit), parameters.Single("marker"),
            parameters.Time("changes-since"), parameters.Time("changes-before"));
        if (query.ChangesSince > query.ChangesBefore)
            throw Fault.BadRequest("The value of changes-since must be less than or equal to changes-before.");
        return query;
    }

    private static Fault NoServer(string id) => Fault.NotFound($"Instance {id} could not be found.");
}
