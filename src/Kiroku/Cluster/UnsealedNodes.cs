namespace Kiroku.Cluster;

/// <summary>
/// Whether there are nodes of the version before this one, which seal nothing of what they ask: only while they are
/// being replaced is a call without a seal taken.
/// </summary>
/// <param name="members">Who is there; null for a service on its own.</param>
internal sealed class UnsealedNodes(Members? members)
{
    public async Task<bool> AreThereAsync(CancellationToken cancellationToken)
        => members is not null && await members.HasUnsealedAsync(cancellationToken);
}
