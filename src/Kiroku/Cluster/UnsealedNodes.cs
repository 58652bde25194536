namespace Kiroku.Cluster;

/// <summary>
/// Tells whether there are nodes of the version before this one, which do not seal their calls. Only while these are
/// being replaced are calls without a seal accepted.
/// </summary>
/// <param name="members">The members; null for a lone process.</param>
internal sealed class UnsealedNodes(Members? members)
{
    public async Task<bool> ExistAsync(CancellationToken cancellationToken)
        => members is not null && await members.HasUnsealedAsync(cancellationToken);
}
