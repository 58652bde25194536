using Kiroku.Access;
using Kiroku.Actions.Feed;
using Kiroku.Api;

namespace Kiroku.Actions.Live;

/// <summary>
/// Makes the documents of actions for one caller, who may see them at all. The rules are those of Nova's calls: who may
/// not see tracebacks sees no host's name and no disk's generation either, and who may not see details sees no reasons
/// and warnings.
/// </summary>
internal sealed class ActionDocuments(Caller caller, string address, IReadOnlyDictionary<string, string> userNames)
{
    private readonly bool seesTraceback = caller.May(ActionRules.Events, caller.ProjectId);
    private readonly bool seesDetails = caller.May(ActionRules.EventsDetails, caller.ProjectId);

    /// <param name="live">The action.</param>
    /// <param name="position">The place of its last change in the feed.</param>
    public ActionDocument Make(LiveAction live, FeedPosition? position)
    {
        var (action, events) = (live.Action, live.Recorded.Events);
        var project = action.ProjectId ?? action.OwnerId!;
        return new ActionDocument
        {
            RequestId = action.RequestId,
            Server = new(action.ServerId, live.ServerName),
            ProjectId = action.ProjectId,
            UserId = action.UserId,
            UserName = action.UserId is { } user ? userNames.GetValueOrDefault(user) : null,
            Action = action.Action,
            Done = action.FinishTime is not null,
            Outcome = action.Outcome,
            Cancelable = action.Cancelable && action.FinishTime is null,
            Cancelled = action.Cancelled is { } cancelled ? new(cancelled.UserId, cancelled.Time) : null,
            StartTime = action.StartTime,
            FinishTime = action.FinishTime,
            DurationMs = live.Duration / 1000,
            Progress = events.FirstOrDefault(record => record.FinishTime is null) is { } open
                ? new(open.Event, open.Attempt)
                : null,
            Details = seesDetails && Outcomes.IsError(action.Outcome)
                ? events.FirstOrDefault(record => record is { Result: EventResults.Error, Details: not null })?.Details
                : null,
            Changes = action is { FinishTime: not null, Changes: { } changes }
                ? ChangesDocument.Of(changes, project, seesTraceback)
                : null,
            Warnings = seesDetails ? action.Warnings?.Select(Make).ToList() : null,
            TraceId = action.Trace?.TraceId,
            Position = position?.ToString(),
            Attempts = [.. events.Reverse().Select(record => Make(record, project))],
            Links = new(
                $"{address}{Links.ActionPath(action.ServerId, action.RequestId)}",
                $"{address}/v2.1/servers/{action.ServerId}/os-instance-actions/"
                + Uri.EscapeDataString(action.RequestId)),
        };
    }

    private AttemptDocument Make(EventRecord record, string projectId) => new()
    {
        Event = record.Event,
        Attempt = record.Attempt,
        StartTime = record.StartTime,
        FinishTime = record.FinishTime,
        Result = record.Result,
        ReasonCode = seesDetails ? record.ReasonCode : null,
        Details = seesDetails ? record.Details : null,
        HostId = record.Host is { } host ? HostIds.Of(projectId, host) : null,
        Host = seesTraceback ? record.Host : null,
        Traceback = seesTraceback ? record.Traceback : null,
    };

    private static WarningDocument Make(Warning warning) => new()
    {
        Code = warning.Code,
        Message = warning.Message,
        Event = warning.Event,
        Attempt = warning.Attempt,
    };
}
