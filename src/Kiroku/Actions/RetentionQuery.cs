namespace Kiroku.Actions;

/// <summary>Which servers are next to be looked at, and what of their actions goes.</summary>
internal sealed record RetentionQuery(bool Deleted, DateTime? EndedBefore, int? MaxCount, int Most)
{
    /// <summary>Id of the last server looked at.</summary>
    public string After { get; init; } = "";
}
