using System.Globalization;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Actions.Live.Filters;

/// <summary>A field of an action that filters can name, and how its values are read and compared.</summary>
internal abstract record FilterField(string Name)
{
    /// <summary>The fields by name.</summary>
    public static readonly IReadOnlyDictionary<string, FilterField> All = new FilterField[]
    {
        TextField.RequestId, TextField.ServerId, TextField.Outcome, TextField.AttemptDetails,
        TextField.AttemptReason, TextField.WarningCode,
        TextField.Of("server.name", action => action.ServerName),
        TextField.Of("project_id", action => action.Action.ProjectId),
        TextField.Of("user_id", action => action.Action.UserId),
        TextField.Of("action", action => action.Action.Action),
        new TextField("attempts.event", action => action.Recorded.Events.Select(record => record.Event)),
        new TextField("attempts.result", action => action.Recorded.Events.Select(record => record.Result))
        {
            Words = [EventResults.Success, EventResults.Error],
        },
        TruthField.Done,
        new TimeField("start_time", action => action.Action.StartTime),
        new TimeField("finish_time", action => action.Action.FinishTime),
        new MillisecondsField("duration_ms", action => action.Duration),
    }.ToDictionary(field => field.Name, StringComparer.Ordinal);

    /// <summary>Whether the action has a value there.</summary>
    public abstract bool IsThere(LiveAction action);
}

/// <summary>A text, or one for each attempt.</summary>
internal sealed record TextField(string Name, Func<LiveAction, IEnumerable<string?>> Texts) : FilterField(Name)
{
    public static readonly TextField RequestId = Of("request_id", action => action.Action.RequestId);

    public static readonly TextField ServerId = Of("server.id", action => action.Action.ServerId.ToString());

    public static readonly TextField Outcome = Of("outcome", action => action.Action.Outcome) with
    {
        Words = Outcomes.All,
    };

    public static readonly TextField AttemptDetails = new(
        "attempts.details", action => action.Recorded.Events.Select(record => record.Details))
    {
        IsSearchedOnly = true,
    };

    public static readonly TextField AttemptReason = new(
        "attempts.reason_code", action => action.Recorded.Events.Select(record => record.ReasonCode))
    {
        Words = ReasonCodes.All,
    };

    public static readonly TextField WarningCode = new(
        "warnings.code", action => action.Action.Warnings?.Select(warning => warning.Code) ?? [])
    {
        Words = [.. WarningCodes.All],
    };

    /// <summary>The fields that only those may search who may read why an action failed.</summary>
    public static readonly IReadOnlyList<TextField> Why = [AttemptDetails, AttemptReason, WarningCode];

    /// <summary>The only values that there are; none if there may be any.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Whether only <c>:</c> applies: sentences change from version to version.</summary>
    public bool IsSearchedOnly { get; init; }

    public static TextField Of(string name, Func<LiveAction, string?> text) => new(name, action => [text(action)]);

    public override bool IsThere(LiveAction action) => Texts(action).Any(text => text is not null);
}

/// <summary>Something with an order, as a whole number.</summary>
internal abstract record NumberField(string Name, string Wanted) : FilterField(Name)
{
    public abstract long? Value(LiveAction action);

    /// <summary>The number that a filter's text stands for; null if it is none.</summary>
    public abstract long? Parse(string text);

    public override bool IsThere(LiveAction action) => Value(action) is not null;
}

/// <summary>A time, in microseconds since 1970.</summary>
internal sealed record TimeField(string Name, Func<LiveAction, DateTime?> Time)
    : NumberField(Name, "a time, as 2026-01-31T12:00:00Z")
{
    public override long? Value(LiveAction action) => Time(action) is { } time ? Micros.Of(time) : null;

    public override long? Parse(string text) => IsoTime.TryParse(text, out var time) ? Micros.Of(time) : null;
}

/// <summary>A span of time, of which whole milliseconds count.</summary>
internal sealed record MillisecondsField(string Name, Func<LiveAction, long?> Span)
    : NumberField(Name, "a whole number of milliseconds")
{
    public override long? Value(LiveAction action) => Span(action) / 1000;

    public override long? Parse(string text)
        => WholeNumber.TryParse(text, NumberStyles.AllowLeadingSign, out var number)
            ? number
            : null;
}

/// <summary>A field that is true or false.</summary>
internal sealed record TruthField(string Name, Func<LiveAction, bool> Truth) : FilterField(Name)
{
    public static readonly TruthField Done = new("done", action => action.Action.FinishTime is not null);

    public override bool IsThere(LiveAction action) => true;
}
