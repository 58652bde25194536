
namespace Kiroku.Actions;

/// <summary>One accepted request: what was done to a server, by whom and when, and how it ended.</summary>
internal sealed record ActionRecord
{
    public long Id { get; init; }

    public Guid ServerId { get; init; }

    public required string RequestId { get; init; }

    public required string Action { get; init; }

    /// <summary>
    /// The request's arguments beyond the action's name, as JSON. Another run that takes the action up needs them.
    /// </summary>
    public string? Arguments { get; init; }

    /// <summary>Null when the service itself began the action.</summary>
    public string? UserId { get; init; }

    /// <summary>The project in which that user acted.</summary>
    public string? ProjectId { get; init; }

    /// <summary>
    /// The project that the server belongs to, which decides who may see the action. Null before it is stored.
    /// </summary>
    public string? OwnerId { get; init; }

    /// <summary>The position of its last change in the feed; 0 if that was before the feed began.</summary>
    public long Position { get; init; }

    public DateTime StartTime { get; init; }

    public DateTime UpdatedAt { get; init; }

    public DateTime? FinishTime { get; init; }

    /// <summary>One of <see cref="Outcomes"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Null while it runs and after success, "Error" after anything else.</summary>
    public string? Message { get; init; }

    /// <summary>
    /// True when the service stopped in good order and left the action to be taken up after the next start.
    /// </summary>
    public bool Resting { get; init; }

    /// <summary>True once a step has failed for good and what was done is being undone.</summary>
    public bool Failing { get; init; }

    /// <summary>
    /// Whether it can be cancelled at this moment. It is false from its point of no return on, once it fails, and of
    /// actions that cannot be cancelled at all.
    /// </summary>
    public bool Cancelable { get; init; }

    /// <summary>Who cancelled it; null if nobody has.</summary>
    public Cancellation? Cancelled { get; init; }

    /// <summary>
    /// What it changed of its server; null for nothing, and if it was read without its attempts. Nobody knows of
    /// actions that an earlier version began or went on with.
    /// </summary>
    public Changes? Changes { get; init; }

    /// <summary>What there is to say besides, each thing once; null for nothing, and as above.</summary>
    public IReadOnlyList<Warning>? Warnings { get; init; }

    /// <summary>The trace that it is part of; null if it was begun before there were traces.</summary>
    public ActionTrace? Trace { get; init; }
}

/// <summary>The request to cancel an action: the user who made it, and when it was accepted.</summary>
internal sealed record Cancellation(string UserId, DateTime Time)
{
    /// <summary>What the attempts that it ended say, in a sentence for the server's owner.</summary>
    public string Details => $"Cancelled by user {UserId}.";
}

/// <summary>One attempt at one step of an action.</summary>
internal sealed record EventRecord
{
    public required string Event { get; init; }

    /// <summary>1 for the first try of this step in this action.</summary>
    public int Attempt { get; init; }

    public DateTime StartTime { get; init; }

    public DateTime? FinishTime { get; init; }

    /// <summary>One of <see cref="EventResults"/>; null while it runs.</summary>
    public string? Result { get; init; }

    public string? Host { get; init; }

    /// <summary>
    /// Why it failed, one of <see cref="ReasonCodes"/>; null of what an earlier version wrote, and of most that
    /// succeeded.
    /// </summary>
    public string? ReasonCode { get; init; }

    /// <summary>Why it failed in one sentence that the server's owner may read.</summary>
    public string? Details { get; init; }

    /// <summary>Why it failed with all that is known, for administrators.</summary>
    public string? Traceback { get; init; }
}

/// <summary>
/// The server that a record is about, as far as the record needs it: whose it is, and whether it is deleted.
/// </summary>
internal sealed record Subject
{
    public Guid Id { get; init; }

    public required string ProjectId { get; init; }

    public bool Deleted { get; init; }

    /// <summary>How often parts of its record were removed.</summary>
    public long Removals { get; init; }
}
