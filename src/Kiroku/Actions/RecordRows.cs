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

    private const string ActionColumns = """
        a.id, a.request_id, a.action, a.user_id, a.project_id, a.start_time, a.updated_at, a.finish_time, a.message,
        a.outcome, a.arguments, a.resting, a.failing
        """;

    /// <summary>The columns at which the action and the event begin in a row of <see cref="Show"/>.</summary>
    private const int FirstOfAction = 3;
    private const int FirstOfEvent = FirstOfAction + 13;

    private const string Show = $"""
        SELECT {SubjectColumns}, {ActionColumns},
            e.id, e.event, e.attempt, e.start_time, e.finish_time, e.result, e.host, e.details, e.traceback
        FROM servers s LEFT JOIN actions a ON a.server_id = s.id AND a.request_id = @1
            LEFT JOIN action_events e ON e.action_id = a.id
        WHERE s.id = @0 ORDER BY e.start_time DESC, e.id DESC
        """;

    /// <summary>
    /// A server's subject, and one of its actions with the events, newest first; each is null if there is none.
    /// </summary>
    public static Task<(Subject?, RecordedAction?)> FindAsync(DbConnection connection, Guid serverId, string requestId)
        => connection.ReadAsync(Show, [serverId.ToString(), requestId], async rows =>
        {
            if (!await rows.ReadAsync())
                return default((Subject?, RecordedAction?));
            var subject = ReadSubject(rows, serverId);
            if (rows.IsDBNull(FirstOfAction))
                return (subject, null);
            var action = ReadAction(rows, FirstOfAction, serverId);
            var events = new List<EventRecord>();
            while (!rows.IsDBNull(FirstOfEvent))
            {
                events.Add(ReadEvent(rows, FirstOfEvent, action.Id));
                if (!await rows.ReadAsync())
                    break;
            }
            return (subject, new RecordedAction(action, events));
        });

    public static Task<Subject?> FindSubjectAsync(DbConnection connection, Guid serverId)
        => connection.ReadAsync($"SELECT {SubjectColumns} FROM servers s WHERE s.id = @0", [serverId.ToString()],
            async rows => await rows.ReadAsync() ? ReadSubject(rows, serverId) : null);

    /// <summary>
    /// Ids of a page of a server's actions, newest first, of those whose id is below <paramref name="before"/>.
    /// </summary>
    public static Task<List<long>> ListIdsAsync(DbConnection connection, Guid serverId, long before, ActionQuery query)
        => ListAsync(connection, "a.id", (serverId, before, query), rows => rows.GetInt64(0));

    /// <summary>The same actions in full.</summary>
    public static Task<List<ActionRecord>> ListAsync(
        DbConnection connection, Guid serverId, long before, ActionQuery query)
        => ListAsync(connection, ActionColumns, (serverId, before, query), rows => ReadAction(rows, 0, serverId));

    private static Task<List<T>> ListAsync<T>(
        DbConnection connection, string columns, (Guid ServerId, long Before, ActionQuery Query) page,
        Func<DbDataReader, T> read)
    {
        var values = new List<object> { page.ServerId.ToString(), page.Before, (long)page.Query.Limit };
        var sql = $"SELECT {columns} FROM actions a WHERE a.server_id = @0 AND a.id < @1"
            + Limit("a.updated_at >=", page.Query.ChangesSince, values)
            + Limit("a.updated_at <=", page.Query.ChangesBefore, values)
            + " ORDER BY a.id DESC LIMIT @2";
        return connection.ReadAsync(sql, [.. values], async rows =>
        {
            var list = new List<T>();
            while (await rows.ReadAsync())
                list.Add(read(rows));
            return list;
        });
    }

    private static string Limit(string comparison, DateTime? time, List<object> values)
    {
        if (time is null)
            return "";
        values.Add(Timestamps.Format(time.Value));
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

    private static ActionRecord ReadAction(DbDataReader rows, int at, Guid serverId) => new()
    {
        Id = rows.GetInt64(at),
        ServerId = serverId,
        RequestId = rows.GetString(at + 1),
        Action = rows.GetString(at + 2),
        UserId = Text(rows, at + 3),
        ProjectId = Text(rows, at + 4),
        StartTime = Timestamps.Parse(rows.GetString(at + 5)),
        UpdatedAt = Timestamps.Parse(rows.GetString(at + 6)),
        FinishTime = Time(rows, at + 7),
        Message = Text(rows, at + 8),
        Outcome = rows.GetString(at + 9),
        Arguments = Text(rows, at + 10),
        Resting = rows.GetInt64(at + 11) != 0,
        Failing = rows.GetInt64(at + 12) != 0,
    };

    private static EventRecord ReadEvent(DbDataReader rows, int at, long action) => new()
    {
        Id = rows.GetInt64(at),
        ActionId = action,
        Event = rows.GetString(at + 1),
        Attempt = rows.GetInt32(at + 2),
        StartTime = Timestamps.Parse(rows.GetString(at + 3)),
        FinishTime = Time(rows, at + 4),
        Result = Text(rows, at + 5),
        Host = Text(rows, at + 6),
        Details = Text(rows, at + 7),
        Traceback = Text(rows, at + 8),
    };

    private static string? Text(DbDataReader rows, int at) => rows.IsDBNull(at) ? null : rows.GetString(at);

    private static DateTime? Time(DbDataReader rows, int at)
        => rows.IsDBNull(at) ? null : Timestamps.Parse(rows.GetString(at));
}
