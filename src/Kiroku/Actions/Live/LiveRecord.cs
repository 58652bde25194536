using System.Data.Common;
using Kiroku.Actions.Feed;
using Kiroku.Actions.Live.Filters;
using Kiroku.Storage;

namespace Kiroku.Actions.Live;

/// <summary>
/// Reads the record of all servers: one action, or pages of those that fulfil a filter, in the order of their
/// acceptance. A page reads a bounded number of rows, and may so be short or empty before the end. While rows of an
/// earlier version are left, it tells those, too, in their places.
/// </summary>
internal sealed class LiveRecord(IDatabase database, FirstGeneration earlier, IRecordedServers servers)
{
    /// <summary>The most rows that a page reads.</summary>
    public const int MostRows = 2000;

    /// <summary>
    /// The server's subject, and the action that a request began on it, each null if there is none; and the feed's
    /// position of the state that was read.
    /// </summary>
    public Task<(Subject? Subject, LiveAction? Action, FeedPosition Now)> FindAsync(
        Guid serverId, string requestId, CancellationToken cancellationToken)
        => database.ReadAsync(async connection =>
        {
            var now = await ActionFeed.NowAsync(connection);
            var (subject, action) = await RecordRows.FindWithSubjectAsync(connection, serverId, requestId);
            if (subject is not null && action is null && earlier.IsPresent)
                action = await FirstGeneration.FindAsync(connection, serverId, requestId);
            return (subject, action is null ? null : (await DescribeAsync(connection, [action])).Single(), now);
        }, cancellationToken);

    /// <summary>A page of actions.</summary>
    public Task<LivePage> ListAsync(LiveQuery query, CancellationToken cancellationToken)
        => database.ReadAsync(connection => ListAsync(connection, query), cancellationToken);

    /// <summary>Actions with the names of their servers, in the same order.</summary>
    public async Task<IReadOnlyList<LiveAction>> DescribeAsync(
        DbConnection connection, IReadOnlyList<RecordedAction> actions)
    {
        if (actions.Count == 0)
            return [];
        var known = await servers.DescribeAsync(
            connection, actions.Select(recorded => recorded.Action.ServerId).Distinct());
        return [.. actions.Select(recorded => known.TryGetValue(recorded.Action.ServerId, out var server)
            ? new LiveAction(
                recorded with { Action = recorded.Action with { OwnerId = server.ProjectId } }, server.Name)
            : new LiveAction(recorded, null))];
    }

    private async Task<LivePage> ListAsync(DbConnection connection, LiveQuery query)
    {
        var now = await ActionFeed.NowAsync(connection);
        var found = new List<LiveAction>();
        // An index often has just what the filter wants; where it does not, the pieces grow.
        var walk = query.Walk(query.PageSize + 1);
        for (var read = 0; ;)
        {
            var piece = await DescribeAsync(connection, await ReadAsync(connection, walk));
            foreach (var action in piece)
            {
                if (found.Count == query.PageSize)
                    return new LivePage(found, now, walk.After);
                walk = walk with { After = action.Action.Id };
                if (query.Tells(action))
                    found.Add(action);
            }
            if (piece.Count < walk.Most)
                return new LivePage(found, now, null);
            read += piece.Count;
            if (read >= MostRows)
                return new LivePage(found, now, walk.After);
            walk = walk with { Most = Math.Min(walk.Most * 4, MostRows - read) };
        }
    }

    /// <summary>The next actions of both tables; in the state that is read, each is in one of them only.</summary>
    private async Task<IReadOnlyList<RecordedAction>> ReadAsync(DbConnection connection, RecordWalk walk)
    {
        var actions = await RecordRows.ListAsync(connection, walk);
        return earlier.IsPresent
            ? [.. walk.Sort(actions.Concat(await FirstGeneration.ListAsync(connection, walk))).Take(walk.Most)]
            : actions;
    }
}

/// <summary>Which actions to list, and from where on.</summary>
internal sealed record LiveQuery(int PageSize)
{
    /// <summary>The project whose servers' actions are told; null for those of all.</summary>
    public string? ProjectId { get; init; }

    public Filter? Filter { get; init; }

    /// <summary>Whether the oldest come first.</summary>
    public bool IsAscending { get; init; }

    /// <summary>The id of the action behind which the page begins; null for the first page.</summary>
    public long? After { get; init; }

    public RecordWalk Walk(int most)
    {
        var walk = RecordWalk.From(IsAscending, most) with { ProjectId = ProjectId };
        return (After is { } after ? walk with { After = after } : walk).Narrow(Filter);
    }

    /// <summary>Whether a page has the action. Rows of an earlier version come from every project.</summary>
    public bool Tells(LiveAction action)
        => (ProjectId is null || action.Action.OwnerId == ProjectId) && Filter?.Matches(action) != false;
}

/// <summary>
/// A page of actions, the feed's position of the state that was read, and the id of the action to go on behind; null if
/// this page is the last one.
/// </summary>
internal sealed record LivePage(IReadOnlyList<LiveAction> Actions, FeedPosition Now, long? Next);
