using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// Writes an action: the seed's keys at 2.1, Nova's above (nova/api/openstack/compute/instance_actions.py). Keys that a
/// role may not see are left out, not null. Below 2.51 everybody gets the key traceback, as in the seed.
/// </summary>
internal readonly record struct ActionView(Microversion Version, bool SeesTraceback, bool SeesDetails)
{
    /// <summary>Whether lists come in pages and say when each action changed last.</summary>
    public bool IsPaged => Version >= 58;

    /// <summary>
    /// The view of a caller, for servers that the caller may see at all: those of the own project or, for an
    /// administrator, any.
    /// </summary>
    public static ActionView Of(HttpContext context)
    {
        var caller = Caller.Of(context);
        return new ActionView(
            Microversions.Of(context),
            caller.May(ActionRules.Events, caller.ProjectId),
            caller.May(ActionRules.EventsDetails, caller.ProjectId));
    }

    public void Write(Utf8JsonWriter json, RecordedAction recorded, Subject subject)
    {
        json.WriteStartObject();
        json.WriteStartObject("instanceAction");
        WriteKeys(json, recorded.Action);
        json.WriteStartArray("events");
        foreach (var record in recorded.Events)
            WriteEvent(json, record, recorded.Action.ProjectId ?? subject.ProjectId);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public void WriteListed(Utf8JsonWriter json, ActionRecord action)
    {
        json.WriteStartObject();
        WriteKeys(json, action);
        json.WriteEndObject();
    }

    private void WriteKeys(Utf8JsonWriter json, ActionRecord action)
    {
        json.WriteString("action", action.Action);
        json.WriteString("instance_uuid", action.ServerId);
        json.WriteString("request_id", action.RequestId);
        json.WriteString("user_id", action.UserId);
        json.WriteString("project_id", action.ProjectId);
        json.WriteString("start_time", Timestamps.Format(action.StartTime));
        json.WriteString("message", action.Message);
        if (IsPaged)
            json.WriteString("updated_at", Timestamps.Format(action.UpdatedAt));
    }

    private void WriteEvent(Utf8JsonWriter json, EventRecord record, string projectId)
    {
        json.WriteStartObject();
        json.WriteString("event", record.Event);
        json.WriteString("start_time", Timestamps.Format(record.StartTime));
        json.WriteString("finish_time", record.FinishTime is { } finished ? Timestamps.Format(finished) : null);
        json.WriteString("result", record.Result);
        if (SeesTraceback || Version < 51)
            json.WriteString("traceback", SeesTraceback ? record.Traceback : null);
        if (Version >= 62)
        {
            if (SeesTraceback)
                json.WriteString("host", record.Host);
            json.WriteString("hostId", HostIds.Of(projectId, record.Host));
        }
        if (Version >= 84 && SeesDetails)
            json.WriteString("details", record.Details);
        json.WriteEndObject();
    }
}
