namespace Kiroku.Networks;

/// <summary>
/// Reads ports from the cards of servers, a page at a time: no request has all servers in memory, and one that names a
/// server reads that alone.
/// </summary>
internal sealed class PortStore(IServerCards all)
{
    private const int LeastAtOnce = 100;

    /// <summary>The port of that id; null if there is none.</summary>
    public async Task<Port?> FindAsync(string id, NetworkMap networks, CancellationToken cancellationToken)
        => Guid.TryParseExact(id, "D", out var port)
            && await ListAsync(new PortQuery { Servers = [Port.IdOf(port)] }, networks, cancellationToken) is [var one]
            ? one
            : null;

    public async Task<IReadOnlyList<Port>> ListAsync(
        PortQuery query, NetworkMap networks, CancellationToken cancellationToken)
    {
        var (found, size) = (new List<Port>(), Math.Max(query.Limit, LeastAtOnce));
        while (found.Count < query.Limit)
        {
            var cards = await all.ListAsync(query, size, cancellationToken);
            found.AddRange(
                cards.Select(card => Port.Of(card, networks)).OfType<Port>().Where(port => query.Takes(port)));
            if (cards.Count < size)
                break;
            query = query with { After = cards[^1].Id };
        }
        return found.Count > query.Limit ? found[..query.Limit] : found;
    }

    /// <summary>How many servers of a project have a card.</summary>
    public Task<long> CountAsync(string projectId, CancellationToken cancellationToken)
        => all.CountAsync(projectId, cancellationToken);

    /// <summary>The projects that have servers.</summary>
    public Task<IReadOnlyList<string>> ListProjectsAsync(CancellationToken cancellationToken)
        => all.ListProjectsAsync(cancellationToken);
}
