using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// The rows of actions that an earlier version wrote, with a row for each event, as long as not all of them have moved
/// to the table of today. The newest move first, so each that is left is older than all of its server that have moved.
/// </summary>
internal sealed class FirstGeneration(IDatabase database)
{
    private const string Any = "SELECT COUNT(*) FROM (SELECT 1 FROM earlier_actions LIMIT 1) a";

    private const string OfRequest = "server_id = @serverId AND request_id = @requestId";

    /// <summary>So many rows a statement: fewer cost more round trips, and more are slow to bind in SQLite.</summary>
    private const int InsertedAtOnce = 25;

    private static readonly string Select = $"SELECT {Columns<OldAction>.Names} FROM earlier_actions";

    private volatile bool isPresent = true;

    /// <summary>Whether rows of the earlier version may be left.</summary>
    public bool IsPresent => isPresent;

    /// <summary>Looks whether rows are left. Once there are none there will never be any again.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
        => isPresent = await database.ReadAsync(
            connection => connection.ExecuteScalarAsync<long>(Any), cancellationToken) > 0;

    public static async Task<RecordedAction?> FindAsync(DbConnection connection, Guid serverId, string requestId)
        => (await ReadAsync(connection, OfRequest, new { serverId, requestId })).SingleOrDefault();

    /// <summary>A page of a server's actions, newest first, of those whose id is below
    /// <paramref name="before"/>.</summary>
    public static async Task<IReadOnlyList<ActionRecord>> ListAsync(
        DbConnection connection, Guid serverId, long before, ActionQuery query)
        => [.. (await connection.QueryAsync<OldAction>(
            $"""
            {Select} WHERE server_id = @serverId AND id < @before
                AND (@ChangesSince IS NULL OR updated_at >= @ChangesSince)
                AND (@ChangesBefore IS NULL OR updated_at <= @ChangesBefore)
            ORDER BY id DESC LIMIT @Limit
            """, new { serverId, before, query.ChangesSince, query.ChangesBefore, query.Limit }))
            .Select(old => old.ToAction())];

    /// <summary>The actions of all servers that a walk comes to next, in its order.</summary>
    public static async Task<IReadOnlyList<RecordedAction>> ListAsync(DbConnection connection, RecordWalk walk)
    {
        var (after, order) = walk.IsAscending ? (">", "ASC") : ("<", "DESC");
        var ids = await connection.QueryAsync<long>(
            $"SELECT id FROM earlier_actions WHERE id {after} @After ORDER BY id {order} LIMIT @Most",
            new { walk.After, walk.Most });
        var actions = await ReadAsync(connection, $"id IN {SqlList.Of(ids)}", new { });
        return [.. walk.Sort(actions)];
    }

    /// <summary>The id of one of a server's actions; null if it is not among these.</summary>
    public static Task<long?> FindIdAsync(DbConnection connection, Guid serverId, string requestId)
        => connection.ExecuteScalarAsync<long?>(
            $"SELECT id FROM earlier_actions WHERE {OfRequest}", new { serverId, requestId });

    /// <summary>The earliest start of a further action of the server.</summary>
    public static async Task<DateTime?> LeastStartAsync(DbConnection connection, Guid serverId)
    {
        var newest = await connection.QueryFirstOrDefaultAsync<OldAction>(
            $"{Select} WHERE server_id = @serverId ORDER BY id DESC LIMIT 1", new { serverId });
        return newest is null ? null
            : new[] { newest.StartTime.AddMicroseconds(1), newest.ToAction().FinishTime ?? newest.StartTime }.Max();
    }

    /// <summary>
    /// Moves the actions that run, so that they go on in the table of today, each with those that were accepted on its
    /// server later.
    /// </summary>
    public async Task MoveRunningAsync(IRecordedServers servers, CancellationToken cancellationToken)
    {
        foreach (var (serverId, requestId) in await database.ReadAsync(servers.ListRunningAsync, cancellationToken))
            await MoveAsync(
                $"server_id = @serverId AND id >= (SELECT id FROM earlier_actions WHERE {OfRequest})",
                new { serverId, requestId }, cancellationToken);
    }

    /// <summary>Moves the newest actions that are left.</summary>
    /// <returns>How many they were; 0 if none are left.</returns>
    public Task<int> MoveAsync(int most, CancellationToken cancellationToken)
        => MoveAsync(
            "id IN (SELECT id FROM earlier_actions ORDER BY id DESC LIMIT @most)", new { most }, cancellationToken);

    private Task<int> MoveAsync(string which, object values, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            var actions = await ReadAsync(connection, which, values);
            foreach (var some in actions.Chunk(InsertedAtOnce))
            {
                var (insert, rows) = RecordRow.InsertMoved(some);
                await connection.ExecuteAsync(insert, rows);
            }
            var ids = SqlList.Of(actions.Select(moved => moved.Action.Id));
            await connection.ExecuteAsync($"DELETE FROM earlier_action_events WHERE action_id IN {ids}");
            return await connection.ExecuteAsync($"DELETE FROM earlier_actions WHERE id IN {ids}");
        }, cancellationToken);

    private static async Task<IReadOnlyList<RecordedAction>> ReadAsync(
        DbConnection connection, string which, object values)
    {
        var actions = (await connection.QueryAsync<OldAction>(
            $"{Select} WHERE {which}", values)).AsList();
        var events = (await connection.QueryAsync<OldEvent>(
            $"""
            SELECT * FROM earlier_action_events WHERE action_id IN {SqlList.Of(actions.Select(action => action.Id))}
            ORDER BY start_time DESC, id DESC
            """)).ToLookup(old => old.ActionId, old => old.ToEvent());
        return [.. actions.Select(action => new RecordedAction(action.ToAction(), [.. events[action.Id]]))];
    }

    private sealed record OldAction
    {
        public long Id { get; init; }
        public Guid ServerId { get; init; }
        public required string RequestId { get; init; }
        public required string Action { get; init; }
        public string? Arguments { get; init; }
        public string? UserId { get; init; }
        public string? ProjectId { get; init; }
        public DateTime StartTime { get; init; }
        public DateTime UpdatedAt { get; init; }
        public required string Outcome { get; init; }
        public bool Resting { get; init; }
        public bool Failing { get; init; }

        public ActionRecord ToAction() => new()
        {
            Id = Id,
            ServerId = ServerId,
            RequestId = RequestId,
            Action = Action,
            Arguments = Arguments,
            UserId = UserId,
            ProjectId = ProjectId,
            StartTime = StartTime,
            UpdatedAt = UpdatedAt,
            FinishTime = Outcome == Outcomes.Running ? null : UpdatedAt,
            Outcome = Outcome,
            Message = Outcomes.IsError(Outcome) ? EventResults.Error : null,
            Resting = Resting,
            Failing = Failing,
        };
    }

    private sealed record OldEvent
    {
        public long ActionId { get; init; }
        public required string Event { get; init; }
        public int Attempt { get; init; }
        public DateTime StartTime { get; init; }
        public DateTime? FinishTime { get; init; }
        public string? Result { get; init; }
        public string? Host { get; init; }
        public string? Details { get; init; }
        public string? Traceback { get; init; }

        public EventRecord ToEvent() => new()
        {
            Event = Event,
            Attempt = Attempt,
            StartTime = StartTime,
            FinishTime = FinishTime,
            Result = Result,
            Host = Host,
            Details = Details,
            Traceback = Traceback,
        };
    }
}
