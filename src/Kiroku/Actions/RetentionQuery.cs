namespace Kiroku.Actions;

/// <summary>Which servers to look at next, and which of their actions to remove.</summary>
internal sealed record RetentionQuery(bool Deleted, DateTime? EndedBefore, int? MaxCount, int Most)
{
    /// <summary>Id of the last server looked at.</summary>
    public string After { get; init; } = "";
}
