namespace Kiroku.Nodes;

/// <summary>
/// Decides which nodes do the work that a few do for all: the first ones in the order that have just reported. They are
/// several, so that one that stands still is not missed; it has lost its turn by the time it counts as dead.
/// </summary>
internal sealed class NodeTurn(NodeStore nodes, NodeOrder order, ServiceSettings settings)
{
    private const int Nodes = 3;

    /// <summary>How long a turn lasts without a further report: half as long as a node counts as present.</summary>
    private static readonly TimeSpan Lasting = Node.Lifetime / 2;

    /// <summary>Whether this node has a turn now, as a lone node always has.</summary>
    /// <exception cref="Storage.StorageException">The store cannot be read now.</exception>
    public async Task<bool> HasAsync(CancellationToken cancellationToken)
        => !nodes.IsShared || (await order.ListFirstAsync(Nodes, Lasting, cancellationToken)).Contains(settings.Host);
}
