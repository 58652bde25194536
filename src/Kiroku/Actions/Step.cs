namespace Kiroku.Actions;

/// <summary>
/// One step of an action: the name of its event, what it does and, where needed, how that is undone. Both may run more
/// than once and must then lead to the same end.
/// </summary>
internal sealed record Step(string Event, Func<CancellationToken, Task> Do)
{
    /// <summary>
    /// Undoes <see cref="Do"/>, even if that was only half done; runs when the action fails at this step or a later
    /// one.
    /// </summary>
    public Func<CancellationToken, Task>? Undo { get; init; }

    /// <summary>Name of the host that it is done on; null for the node that runs the action.</summary>
    public Func<string?>? Host { get; init; }

    /// <summary>The server's task_state from this step on; null leaves it.</summary>
    public string? TaskState { get; init; }

    /// <summary>Whether the action can no longer be cancelled once this step has begun.</summary>
    public bool IsPointOfNoReturn { get; init; }

    /// <summary>Whether it is the last of the action, with whose end its success is written.</summary>
    public bool IsLast { get; init; }

    /// <summary>True for a step that Nova records only when it failed.</summary>
    public bool RecordedOnFailureOnly { get; init; }
}

/// <summary>
/// Why a step failed, in one sentence fit for the server's owner: no paths, no addresses. The inner exception is for
/// administrators. A permanent failure is not tried again.
/// </summary>
[GenerateSerializer]
internal sealed class StepException(string details, bool permanent, Exception? inner = null) : Exception(details, inner)
{
    [Id(0)]
    public bool Permanent { get; } = permanent;

    /// <summary>One of <see cref="ReasonCodes"/>; null from a node of the version before.</summary>
    [Id(1)]
    public string? ReasonCode { get; init; }
}

/// <summary>A step has failed for good: its attempts are used up, or another would end the same way.</summary>
internal sealed class StepFailedException(string step, string details, Exception? inner = null)
    : Exception($"{step} failed: {details}", inner)
{
    public string Details { get; } = details;

    /// <summary>That of its last attempt; null if that was made by an earlier version.</summary>
    public string? ReasonCode { get; init; }
}
