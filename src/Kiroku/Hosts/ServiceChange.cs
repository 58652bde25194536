using System.Text.Json;
using Kiroku.Api;
using Kiroku.Nodes;

namespace Kiroku.Hosts;

/// <summary>The changes to a service that a request asks for; null leaves a value as it is.</summary>
internal sealed record ServiceChange(bool? Disabled, string? Reason, bool? ForcedDown)
{
    private const string ReasonKey = "disabled_reason";
    private const string ForcedDownKey = "forced_down";

    /// <summary>Reads a request from 2.53 on, whose body says what to change.</summary>
    /// <exception cref="Fault">400: nothing is to change, or an enabled service is given a reason.</exception>
    public static ServiceChange Of(JsonElement body)
    {
        bool? disabled = body.TryGetProperty("status", out var status) ? status.GetString() == "disabled" : null;
        var reason = body.TextOf(ReasonKey);
        if (disabled == false && reason is not null)
            throw Fault.BadRequest("Specifying 'disabled_reason' with status 'enabled' is invalid.");
        var change = new ServiceChange(disabled, reason, ForcedIn(body));
        return change is { Disabled: null, ForcedDown: null }
            ? throw Fault.BadRequest("No updates were requested. Fields 'status' or 'forced_down' should be specified.")
            : change;
    }

    /// <summary>Reads a request before 2.53, whose path says what to change.</summary>
    /// <exception cref="Fault">404: the path names no such change; 400: the body lacks what the change
    /// needs.</exception>
    public static ServiceChange Of(string action, JsonElement body, Microversion version) => action switch
    {
        "enable" => new ServiceChange(false, null, null),
        "disable" => new ServiceChange(true, null, null),
        "disable-log-reason" => new ServiceChange(
            true, body.TextOf(ReasonKey) ?? throw Fault.BadRequest("Missing disabled reason field"), null),
        "force-down" when version >= 11 => new ServiceChange(
            null, null, ForcedIn(body) ?? throw Fault.BadRequest("Missing forced_down field")),
        _ => throw Fault.NotFound("Unknown action"),
    };

    public Service Apply(Service service)
    {
        if (Disabled is { } disabled)
            service = service with { Disabled = disabled, DisabledReason = disabled ? Reason : null };
        return service with { ForcedDown = ForcedDown ?? service.ForcedDown };
    }

    /// <summary>Writes the answer before 2.53, which repeats the request.</summary>
    public void WriteEcho(Utf8JsonWriter json, JsonElement body)
    {
        json.WriteStartObject();
        json.WriteString("host", body.TextOf("host"));
        json.WriteString("binary", body.TextOf("binary"));
        if (Disabled is { } disabled)
            json.WriteString("status", disabled ? "disabled" : "enabled");
        if (Reason is not null)
            json.WriteString(ReasonKey, Reason);
        if (ForcedDown is { } forced)
            json.WriteBoolean(ForcedDownKey, forced);
        json.WriteEndObject();
    }

    private static bool? ForcedIn(JsonElement body)
        => body.TryGetProperty(ForcedDownKey, out var forced) ? Truth.Of(forced.ToString(), otherwise: false) : null;
}
