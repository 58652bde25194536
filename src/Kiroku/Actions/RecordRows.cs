using System.Data.Common;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// Reads the rows of the record, value by value. The two routes that this service exists for do nothing but these
/// reads, and a mapper of rows would take most of their time (docs/performance.md).
/// </summary>
internal static class RecordRows
{
    private const string SubjectColumns = "s.project_id, s.deleted, s.removals";

    private const string Columns = """
        r.id, r.server, r.request, r.action, r.user_id, r.project_id, r.started, r.changed, r.outcome, r.failing,
        r.resting, r.cancelable, r.cancelled, r.cancelled_by, r.arguments, r.owner, r.position, r.trace, r.attempts
        """;

    /// <summary>What Nova's list shows. Each further column would take its time for each of many rows.</summary>
    private const string Listed
        = "r.id, r.request, r.action, r.user_id, r.project_id, r.started, r.changed, r.outcome";

    /// <summary>The column at which the action begins in a row of <see cref="Show"/>.</summary>
    private const int FirstOfAction = 3;

    /// <summary>The column behind the action's in a row of <see cref="Shows"/>.</summary>
    private const int LastOfShow = FirstOfAction + 19;

    private const string Show = $"""
        SELECT {SubjectColumns}, {Columns}
        FROM servers s LEFT JOIN records r ON r.server = @1 AND r.request = @2 WHERE s.id = @0
        """;

    /// <summary>
    /// The subjects of several servers, each with the number of its key, from 1. Each row is found by itself, and the
    /// sub-select hides how many keys there are: so the plan is the same for any number of them, and is kept.
    /// </summary>
    public const string Subjects = $"""
        SELECT {SubjectColumns}, k.number
        FROM unnest((SELECT @0)) WITH ORDINALITY k(id, number) CROSS JOIN LATERAL ({SubjectOfKey}) s
        """;

    /// <summary>The same as <see cref="Show"/> for several actions, each with the number of its key, from 1.</summary>
    public const string Shows = $"""
        SELECT {SubjectColumns}, {Columns}, k.number
        FROM unnest((SELECT @0), (SELECT @1), (SELECT @2)) WITH ORDINALITY k(id, server, request, number)
        CROSS JOIN LATERAL ({SubjectOfKey}) s
        LEFT JOIN LATERAL (
            SELECT {Columns} FROM records r WHERE r.server = k.server AND r.request = k.request LIMIT 1) r ON TRUE
        """;

    private const string SubjectOfKey = $"SELECT {SubjectColumns} FROM servers s WHERE s.id = k.id LIMIT 1";

    private const string FindOne = $"SELECT {Columns} FROM records r WHERE r.server = @0 AND r.request = @1";

    /// <summary>A server's subject, and one of its actions with the events; each is null if there is none.</summary>
    public static Task<(Subject?, RecordedAction?)> FindWithSubjectAsync(
        DbConnection connection, Guid serverId, string requestId)
    {
        object[] values = [serverId.ToString(), CompactId.Of(serverId), CompactId.OfRequest(requestId)];
        return connection.ReadAsync(Show, values, async rows =>
        {
            if (!await rows.ReadAsync())
                return default((Subject?, RecordedAction?));
            var action = rows.IsDBNull(FirstOfAction) ? null : Read(rows, FirstOfAction).ToRecorded();
            return (ReadSubject(rows, serverId), action);
        });
    }

    /// <summary>
    /// The same for several actions at once, in one statement of PostgreSQL's. Servers that never were are left out.
    /// </summary>
    public static Task<Dictionary<(Guid ServerId, string RequestId), (Subject Subject, RecordRow? Action)>>
        FindWithSubjectsAsync(DbConnection connection, (Guid ServerId, string RequestId)[] keys)
    {
        object[] values =
        [
            Array.ConvertAll(keys, key => key.ServerId.ToString()),
            Array.ConvertAll(keys, key => CompactId.Of(key.ServerId)),
            Array.ConvertAll(keys, key => CompactId.OfRequest(key.RequestId)),
        ];
        return connection.ReadAsync(Shows, values, rows => AllAsync(rows, keys, LastOfShow, key =>
            (ReadSubject(rows, key.ServerId), rows.IsDBNull(FirstOfAction) ? null : Read(rows, FirstOfAction))));
    }

    /// <summary>The subjects of several servers, by their ids, in one statement of PostgreSQL's.</summary>
    public static Task<Dictionary<Guid, Subject>> FindSubjectsAsync(DbConnection connection, Guid[] servers)
        => connection.ReadAsync(Subjects, [Array.ConvertAll(servers, server => server.ToString())],
            rows => AllAsync(rows, servers, FirstOfAction, server => ReadSubject(rows, server)));

    public static Task<RecordedAction?> FindAsync(DbConnection connection, Guid serverId, string requestId)
        => connection.ReadAsync(FindOne, [CompactId.Of(serverId), CompactId.OfRequest(requestId)],
            async rows => await rows.ReadAsync() ? Read(rows, 0).ToRecorded() : null);

    /// <summary>The id of one of a server's actions; null if there is none.</summary>
    public static Task<long?> FindIdAsync(DbConnection connection, Guid serverId, string requestId)
        => connection.ReadAsync<long?>("SELECT r.id FROM records r WHERE r.server = @0 AND r.request = @1",
            [CompactId.Of(serverId), CompactId.OfRequest(requestId)],
            async rows => await rows.ReadAsync() ? rows.GetInt64(0) : null);

    public static Task<Subject?> FindSubjectAsync(DbConnection connection, Guid serverId)
        => connection.ReadAsync($"SELECT {SubjectColumns} FROM servers s WHERE s.id = @0", [serverId.ToString()],
            async rows => await rows.ReadAsync() ? ReadSubject(rows, serverId) : null);

    /// <summary>
    /// Ids of a page of a server's actions, newest first, of those whose id is below <paramref name="before"/>.
    /// </summary>
    public static Task<List<long>> ListIdsAsync(DbConnection connection, Guid serverId, long before, ActionQuery query)
        => ListAsync(connection, "r.id", (serverId, before, query), rows => rows.GetInt64(0));

    /// <summary>What Nova's list shows of the same actions, as far as the one with an id.</summary>
    public static Task<List<ActionRecord>> ListAsync(
        DbConnection connection, Guid serverId, long before, long last, ActionQuery query)
        => ListAsync(
            connection, Listed, (serverId, before, query), rows => ReadListed(rows, serverId).ToAction(), last);

    /// <summary>
    /// Actions that changed after a position, in the order of their positions.
    /// </summary>
    public static Task<List<RecordedAction>> ListChangedAsync(
        DbConnection connection, (long Number, long Id) after, int most)
        => connection.ReadAsync(
            $"""
            SELECT {Columns} FROM records r
            WHERE r.position > 0 AND (r.position, r.id) > (@0, @1) AND r.position < (SELECT horizon FROM feed_now)
            ORDER BY r.position, r.id LIMIT @2
            """,
            [after.Number, after.Id, (long)most], rows => AllAsync(rows, () => Read(rows, 0).ToRecorded()));

    /// <summary>The actions that a walk comes to next, in its order.</summary>
    public static Task<List<RecordedAction>> ListAsync(DbConnection connection, RecordWalk walk)
    {
        var (conditions, values) = walk.Write();
        return connection.ReadAsync(
            $"SELECT {Columns} FROM records r {conditions}", values,
            rows => AllAsync(rows, () => Read(rows, 0).ToRecorded()));
    }

    private static Task<List<T>> ListAsync<T>(
        DbConnection connection, string columns, (Guid ServerId, long Before, ActionQuery Query) page,
        Func<DbDataReader, T> read, long last = 0)
    {
        var values = new List<object> { CompactId.Of(page.ServerId), page.Before, (long)page.Query.Limit, last };
        var sql = $"SELECT {columns} FROM records r WHERE r.server = @0 AND r.id < @1 AND r.id >= @3"
            + Limit("r.changed >=", page.Query.ChangesSince, values)
            + Limit("r.changed <=", page.Query.ChangesBefore, values)
            + " ORDER BY r.id DESC LIMIT @2";
        return connection.ReadAsync(sql, [.. values], rows => AllAsync(rows, () => read(rows)));
    }

    private static async Task<List<T>> AllAsync<T>(DbDataReader rows, Func<T> read)
    {
        var list = new List<T>();
        while (await rows.ReadAsync())
            list.Add(read());
        return list;
    }

    private static async Task<Dictionary<TKey, TFound>> AllAsync<TKey, TFound>(
        DbDataReader rows, TKey[] keys, int number, Func<TKey, TFound> read)
        where TKey : notnull
    {
        var found = new Dictionary<TKey, TFound>(keys.Length);
        while (await rows.ReadAsync())
        {
            var key = keys[rows.GetInt64(number) - 1];
            found.Add(key, read(key));
        }
        return found;
    }

    private static string Limit(string comparison, DateTime? time, List<object> values)
    {
        if (time is null)
            return "";
        values.Add(Micros.Of(time.Value));
        return $" AND {comparison} @{values.Count - 1}";
    }

    private static Subject ReadSubject(DbDataReader rows, Guid serverId)
        => new()
        {
            Id = serverId,
            ProjectId = rows.GetString(0),
            Deleted = rows.GetInt64(1) != 0,
            Removals = rows.GetInt64(2),
        };

    private static RecordRow ReadListed(DbDataReader rows, Guid serverId) => new()
    {
        Id = rows.GetInt64(0),
        Server = CompactId.Of(serverId),
        Request = rows.GetFieldValue<byte[]>(1),
        Action = rows.GetString(2),
        UserId = Bytes(rows, 3),
        ProjectId = Bytes(rows, 4),
        Started = rows.GetInt64(5),
        Changed = rows.GetInt64(6),
        Outcome = rows.GetInt32(7),
    };

    private static RecordRow Read(DbDataReader rows, int at) => new()
    {
        Id = rows.GetInt64(at),
        Server = rows.GetFieldValue<byte[]>(at + 1),
        Request = rows.GetFieldValue<byte[]>(at + 2),
        Action = rows.GetString(at + 3),
        UserId = Bytes(rows, at + 4),
        ProjectId = Bytes(rows, at + 5),
        Started = rows.GetInt64(at + 6),
        Changed = rows.GetInt64(at + 7),
        Outcome = rows.GetInt32(at + 8),
        Failing = rows.GetInt32(at + 9) != 0,
        Resting = rows.GetInt32(at + 10) != 0,
        Cancelable = rows.GetInt32(at + 11) != 0,
        Cancelled = rows.IsDBNull(at + 12) ? null : rows.GetInt64(at + 12),
        CancelledBy = Bytes(rows, at + 13),
        Arguments = rows.IsDBNull(at + 14) ? null : rows.GetString(at + 14),
        Owner = Bytes(rows, at + 15),
        Position = rows.GetInt64(at + 16),
        Trace = Bytes(rows, at + 17),
        Attempts = rows.GetString(at + 18),
    };

    private static byte[]? Bytes(DbDataReader rows, int at)
        => rows.IsDBNull(at) ? null : rows.GetFieldValue<byte[]>(at);
}
