using System.Text.Json;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// An action as it is shown: the seed's keys at 2.1, Nova's above (nova/api/openstack/compute/instance_actions.py). What a
/// role may not see is left out, not null; below 2.51 the key traceback is there for everybody, as in the seed.
/// </summary>
internal readonly struct ActionView(Microversion version, bool seesTraceback, bool seesDetails, string serverProjectId)
{
    public void Write(Utf8JsonWriter json, RecordedAction recorded)
    {
        json.WriteStartObject();
        json.WriteStartObject("instanceAction");
        WriteKeys(json, recorded.Action);
        json.WriteStartArray("events");
        foreach (var record in recorded.Events)
            WriteEvent(json, recorded.Action, record);
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
        if (version >= 58)
            json.WriteString("updated_at", Timestamps.Format(action.UpdatedAt));
    }

    private void WriteEvent(Utf8JsonWriter json, ActionRecord action, EventRecord record)
    {
        json.WriteStartObject();
        json.WriteString("event", record.Event);
        json.WriteString("start_time", Timestamps.Format(record.StartTime));
        json.WriteString("finish_time", record.FinishTime is { } finished ? Timestamps.Format(finished) : null);
        json.WriteString("result", record.Result);
        if (seesTraceback || version < 51)
            json.WriteString("traceback", seesTraceback ? record.Traceback : null);
        if (version >= 62)
        {
            if (seesTraceback)
                json.WriteString("host", record.Host);
            json.WriteString("hostId", HostIds.Of(action.ProjectId ?? serverProjectId, record.Host));
        }
        if (version >= 84 && seesDetails)
            json.WriteString("details", record.Details);
        json.WriteEndObject();
    }
}
