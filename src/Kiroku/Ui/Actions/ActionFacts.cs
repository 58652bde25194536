using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiroku.Ui.Actions;

/// <summary>
/// An action as the page reads it from <c>/actions/v1</c>, whose documentation says what each field is. Times are UTC.
/// </summary>
public sealed record ActionFacts
{
    public required string RequestId { get; init; }
    public required ServerFacts Server { get; init; }
    public string? ProjectId { get; init; }
    public string? UserId { get; init; }
    public string? UserName { get; init; }
    public required string Action { get; init; }
    public bool Done { get; init; }
    public required string Outcome { get; init; }
    public bool Cancelable { get; init; }
    public CancelledFacts? Cancelled { get; init; }
    public DateTime StartTime { get; init; }
    public DateTime? FinishTime { get; init; }
    public ProgressFacts? Progress { get; init; }
    public string? Details { get; init; }

    /// <summary>By name, before and after; what a value looks like depends on its name.</summary>
    public IReadOnlyDictionary<string, ChangeFacts>? Changes { get; init; }

    public IReadOnlyList<WarningFacts>? Warnings { get; init; }
    public string? TraceId { get; init; }
    public string? Position { get; init; }
    public IReadOnlyList<AttemptFacts> Attempts { get; init; } = [];

    /// <summary>The address of its page, below the service's own.</summary>
    [JsonIgnore]
    public string Path => PathOf(Server.Id, RequestId);

    /// <summary>Whether it ended otherwise than it was asked for.</summary>
    [JsonIgnore]
    public bool EndedBadly => Outcome is not ("running" or "succeeded" or "succeeded_after_retries");

    /// <summary>The address of the page of an action, below the service's own.</summary>
    public static string PathOf(Guid serverId, string requestId)
        => $"{ServerFacts.PathOf(serverId)}/actions/{Uri.EscapeDataString(requestId)}";

    /// <summary>How long it took, or has taken until a time.</summary>
    public TimeSpan SpanAt(DateTime now) => (FinishTime ?? now) - StartTime;

    /// <summary>The attempt that says why it did not end well; null if none does.</summary>
    [JsonIgnore]
    public AttemptFacts? Failure => Attempts.LastOrDefault(attempt => attempt.Result == "Error");
}

/// <summary>The server of an action, by its name of today.</summary>
public sealed record ServerFacts(Guid Id, string? Name)
{
    /// <summary>Its name; the id where it has none.</summary>
    [JsonIgnore]
    public string Shown => string.IsNullOrWhiteSpace(Name) ? $"{Id}" : Name;

    /// <summary>The address of its page, below the service's own.</summary>
    [JsonIgnore]
    public string Path => PathOf(Id);

    public static string PathOf(Guid id) => $"/ui/servers/{id}";
}

/// <summary>Who cancelled an action, and when.</summary>
public sealed record CancelledFacts(string UserId, DateTime Time);

/// <summary>The attempt that is under way.</summary>
public sealed record ProgressFacts(string Event, int Attempt);

/// <summary>A value before and after; null where there was none.</summary>
public sealed record ChangeFacts(JsonElement? Before, JsonElement? After);

/// <summary>Something to know although it may have succeeded.</summary>
public sealed record WarningFacts(string Code, string Message, string? Event, int? Attempt);

/// <summary>One attempt at a step.</summary>
public sealed record AttemptFacts
{
    public required string Event { get; init; }
    public int Attempt { get; init; }
    public DateTime StartTime { get; init; }
    public DateTime? FinishTime { get; init; }
    public string? Result { get; init; }
    public string? ReasonCode { get; init; }
    public string? Details { get; init; }
    public string? Host { get; init; }
    public string? Traceback { get; init; }
}

/// <summary>A page of the list.</summary>
public sealed record ActionsFacts(IReadOnlyList<ActionFacts> Actions, string? NextPageToken, string? Position);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ActionFacts))]
[JsonSerializable(typeof(ActionsFacts))]
internal sealed partial class ActionJson : JsonSerializerContext;
