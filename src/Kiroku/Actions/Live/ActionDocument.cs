using System.Text.Json.Serialization;

namespace Kiroku.Actions.Live;

/// <summary>
/// An action as <c>/actions/v1</c> tells it. Times are RFC 3339 in UTC with microseconds. Fields that some may not see
/// are left out for them, and where there is nothing to see.
/// </summary>
internal sealed record ActionDocument
{
    public required string RequestId { get; init; }

    public required ServerDocument Server { get; init; }

    /// <summary>The project in which the user acted; null for the service itself.</summary>
    public required string? ProjectId { get; init; }

    /// <summary>Null for the service itself.</summary>
    public required string? UserId { get; init; }

    /// <summary>Null for the service itself, and for users of a Keystone, whose names are not known here.</summary>
    public required string? UserName { get; init; }

    public required string Action { get; init; }

    /// <summary>Whether it has ended; it never changes then.</summary>
    public required bool Done { get; init; }

    /// <summary>One of <see cref="Outcomes"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Whether it can be cancelled at this moment.</summary>
    public required bool Cancelable { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required CancelledDocument? Cancelled { get; init; }

    public required DateTime StartTime { get; init; }

    /// <summary>Null while it runs.</summary>
    public required DateTime? FinishTime { get; init; }

    /// <summary>How long it took; null while it runs.</summary>
    public required long? DurationMs { get; init; }

    /// <summary>What is tried now; null where no attempt is under way.</summary>
    public required ProgressDocument? Progress { get; init; }

    /// <summary>Why it did not end well, in one sentence for the server's owner.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Details { get; init; }

    /// <summary>What it changed of its server; left out while it runs, and where that is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required ChangesDocument? Changes { get; init; }

    /// <summary>What there is to say besides, even if it succeeded; left out where that is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<WarningDocument>? Warnings { get; init; }

    /// <summary>
    /// The trace that it is part of, in 32 hexadecimal digits; null if it was begun before there were traces.
    /// </summary>
    public required string? TraceId { get; init; }

    /// <summary>The place of its last change in the feed; null if that was before the feed began.</summary>
    public required string? Position { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<AttemptDocument> Attempts { get; init; }

    public required LinksDocument Links { get; init; }
}

/// <summary>The server of an action, which may be deleted.</summary>
internal sealed record ServerDocument(Guid Id, string? Name);

/// <summary>Who cancelled an action, and when that was accepted.</summary>
internal sealed record CancelledDocument(string UserId, DateTime Time);

/// <summary>The attempt that is under way: its event, and which try of it this is, from 1.</summary>
internal sealed record ProgressDocument(string Event, int Attempt);

/// <summary>Something that whoever asked should know, and the attempt during which it came about.</summary>
internal sealed record WarningDocument
{
    /// <summary>One of <see cref="WarningCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>The same in one sentence for the server's owner.</summary>
    public required string Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Event { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required int? Attempt { get; init; }
}

/// <summary>One attempt at a step.</summary>
internal sealed record AttemptDocument
{
    public required string Event { get; init; }

    /// <summary>1 for the first try of this event in this action.</summary>
    public required int Attempt { get; init; }

    public required DateTime StartTime { get; init; }

    /// <summary>Null while it is under way.</summary>
    public required DateTime? FinishTime { get; init; }

    /// <summary>One of <see cref="EventResults"/>; null while it is under way.</summary>
    public required string? Result { get; init; }

    /// <summary>Why it failed, or how it was done; one of <see cref="ReasonCodes"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? ReasonCode { get; init; }

    /// <summary>Why it failed, in one sentence for the server's owner.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Details { get; init; }

    /// <summary>The host as users may tell hosts apart; null where there was none.</summary>
    public required string? HostId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Host { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Traceback { get; init; }
}

/// <summary>The addresses of an action here and in Nova's API.</summary>
internal sealed record LinksDocument(string Self, string Nova);

/// <summary>A page of actions.</summary>
internal sealed record PageDocument
{
    public required IReadOnlyList<ActionDocument> Actions { get; init; }

    /// <summary>Leads to the next page; left out on the last one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? NextPageToken { get; init; }

    /// <summary>
    /// The feed's position when the first page was read. Who lists all pages and then follows from here misses nothing.
    /// </summary>
    public required string Position { get; init; }
}
