using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions;

/// <summary>
/// Removes the parts of the record that are no longer kept: each server's ended actions beyond its
/// <see cref="RetentionLimits"/>, oldest first, and expired answers for repeated requests. It works steadily and in
/// small transactions, so that no request waits for it longer than for another request.
/// </summary>
internal sealed partial class Retention(
    RetentionStore store, FirstGeneration earlier, KeptAnswers answers, IOptions<RetentionOptions> options,
    TimeProvider time, ILogger<Retention> logger)
    : RepeatedWork(options.Value.Interval, time, logger)
{
    private const int ServersAtOnce = 200;

    /// <summary>
    /// Looks at everything once, and returns the numbers of removed actions and removed deleted servers.
    /// </summary>
    public async Task<(int Actions, int Servers)> TrimAsync(CancellationToken cancellationToken)
    {
        while (await answers.TrimAsync(options.Value.BatchSize, cancellationToken) == options.Value.BatchSize)
            await PauseAsync(cancellationToken);
        var living = await TrimAsync(options.Value.Living, deleted: false, cancellationToken);
        var deleted = await TrimAsync(options.Value.Deleted, deleted: true, cancellationToken);
        var (actions, servers) = (living.Actions + deleted.Actions, living.Servers + deleted.Servers);
        if (actions > 0)
            LogRemoved(actions, living.Actions, deleted.Actions, servers);
        return (actions, servers);
    }

    protected override string Work => "Removing records beyond the limits of retention";

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        // While actions of an earlier version still move, the oldest are not where they are looked for. Two processes
        // at once would do no harm, but each look costs time, and there may be many processes.
        if (!earlier.IsPresent && await store.HasTurnAsync(cancellationToken))
            await TrimAsync(cancellationToken);
    }

    private async Task<(
        int Actions, int Servers)> TrimAsync(RetentionLimits limits, bool deleted, CancellationToken cancellationToken)
    {
        if (limits.KeepAll)
            return (0, 0);
        var batch = new Batch(store, options.Value.BatchSize);
        var query = new RetentionQuery(deleted, Time.UtcNow() - limits.MaxAge, limits.MaxCount, ServersAtOnce);
        while (await store.ListAsync(query, cancellationToken) is { Count: > 0 } servers)
        {
            foreach (var surplus in servers.Where(server => server.HasAny))
                await RemoveAsync(surplus, query, batch, cancellationToken);
            query = query with { After = servers[^1].ServerId.ToString() };
            await PauseAsync(cancellationToken);
        }
        await batch.RemoveAsync(cancellationToken);
        return (batch.Actions, batch.Servers);
    }

    private async Task RemoveAsync(
        Surplus surplus, RetentionQuery query, Batch batch, CancellationToken cancellationToken)
    {
        var after = 0L;
        while (await store.ListActionsAsync(surplus, query, (after, batch.Room), cancellationToken)
            is { Count: > 0 } ids)
        {
            batch.Add(surplus.ServerId, ids);
            after = ids[^1];
            if (batch.Room > 0)
                return;
            await batch.RemoveAsync(cancellationToken);
            await PauseAsync(cancellationToken);
        }
    }

    private Task PauseAsync(CancellationToken cancellationToken)
        => Task.Delay(options.Value.Pause, Time, cancellationToken);

    [LoggerMessage(LogLevel.Information,
        "Retention removed {Actions} actions ({Living} of living servers, {Deleted} of deleted ones) and {Servers} "
        + "deleted servers")]
    private partial void LogRemoved(int actions, int living, int deleted, int servers);

    /// <summary>The actions to remove in the next transaction, and the numbers removed so far.</summary>
    private sealed class Batch(RetentionStore store, int size)
    {
        private readonly List<long> actions = [];
        private readonly HashSet<Guid> servers = [];

        public int Room => size - actions.Count;

        public int Actions { get; private set; }

        public int Servers { get; private set; }

        public void Add(Guid server, IReadOnlyList<long> ids)
        {
            servers.Add(server);
            actions.AddRange(ids);
        }

        public async Task RemoveAsync(CancellationToken cancellationToken)
        {
            if (actions.Count == 0)
                return;
            var removed = await store.RemoveAsync(actions, servers, cancellationToken);
            (Actions, Servers) = (Actions + removed.Actions, Servers + removed.Servers);
            actions.Clear();
            servers.Clear();
        }
    }
}
