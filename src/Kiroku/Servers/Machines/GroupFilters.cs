using Kiroku.Hypervisors;
using Kiroku.Networks;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Machines;

/// <summary>
/// Makes the filters of servers' cards of their security groups. The cards of a project that has made and changed none
/// have none.
/// </summary>
internal sealed class GroupFilters(GroupStore store)
{
    /// <summary>What the server's card lets through; null for everything.</summary>
    public async Task<CardFilter?> FilterOfAsync(Server server, CancellationToken cancellationToken)
        => server.Labels.NoCard
            ? null
            : Of(server, await store.ListAsync(server.ProjectId, cancellationToken));

    /// <param name="server">The server.</param>
    /// <param name="all">All groups of its project that are in the store.</param>
    public static CardFilter? Of(Server server, IReadOnlyList<SecurityGroup> all)
    {
        if (all.Count == 0)
            return null;
        var rules = all.Where(group => server.GroupIds.Contains(group.Id)).SelectMany(group => group.Rules)
            .Select(rule => Of(rule.Passing)).Distinct();
        return new CardFilter([.. rules.OrderBy(rule => rule.ToString(), StringComparer.Ordinal)]);
    }

    private static CardRule Of(Passing passing) => new(passing.Direction == Passing.In, passing.Version)
    {
        Protocol = Protocols.NumberOf(passing.Protocol, passing.Version),
        First = passing.Ports?.First,
        Last = passing.Ports?.Last,
        // Clients write anywhere so.
        Remote = passing.Remote?.EndsWith("/0", StringComparison.Ordinal) == true ? null : passing.Remote,
    };
}
