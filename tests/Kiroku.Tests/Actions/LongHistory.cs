using Dapper;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Tests.Actions;

/// <summary>
/// Long histories, written directly into the store: servers with ended actions of three events each.
/// </summary>
internal static class LongHistory
{
    public const int EventsEach = 3;

    /// <summary>Adds the row of a server without history.</summary>
    public static Task AddServerAsync(IDatabase database, Guid id, DateTime now, bool deleted = false)
        => database.WriteAsync(connection => connection.ExecuteAsync(
            """
            INSERT INTO servers (id, name, project_id, user_id, image_id, flavor, vm_state, created_at, updated_at, deleted)
            VALUES (@id, 'vm', 'p', 'u', 'i', '{"id":"42","name":"m1.nano","vcpus":1,"memory_mib":128,"disk_gib":1}', @state, @now, @now, @deleted)
            """, new
            {
                id,
                now,
                deleted,
                state = deleted
                ? VmStates.Deleted
                : VmStates.Active
            }), TestContext.Current.CancellationToken);

    /// <summary>Adds ended actions req-FIRST, req-(FIRST+1), … in that order, all with the same times.</summary>
    public static Task AddActionsAsync(IDatabase database, Guid server, int first, int count, DateTime ended)
        => database.WriteAsync(async connection =>
        {
            const string Numbers =
                "WITH RECURSIVE n(i) AS (SELECT @first UNION ALL SELECT i + 1 FROM n WHERE i < @last)";
            await connection.ExecuteAsync(
                $"""
                {Numbers}
                INSERT INTO actions (server_id, request_id, action, user_id, project_id, start_time, updated_at, finish_time, outcome)
                SELECT @server, 'req-' || i, 'reboot', 'u', 'p', @ended, @ended, @ended, 'succeeded' FROM n
                """, new { server, first, last = first + count - 1, ended });
            return await connection.ExecuteAsync(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @EventsEach)
                INSERT INTO action_events (action_id, event, attempt, start_time, finish_time, result)
                SELECT a.id, 'compute_reboot_instance', n.i, @ended, @ended, 'Success' FROM actions a, n
                WHERE a.server_id = @server AND NOT EXISTS (SELECT 1 FROM action_events e WHERE e.action_id = a.id)
                """, new { server, ended, EventsEach });
        }, TestContext.Current.CancellationToken);

    /// <summary>Adds a running action.</summary>
    public static Task AddRunningAsync(IDatabase database, Guid server, string requestId, DateTime began)
        => database.WriteAsync(connection => connection.ExecuteAsync(
            """
            INSERT INTO actions (server_id, request_id, action, start_time, updated_at, outcome)
            VALUES (@server, @requestId, 'reboot', @began, @began, 'running')
            """, new { server, requestId, began }), TestContext.Current.CancellationToken);

    /// <summary>The request ids of a server's remaining actions, oldest first.</summary>
    public static Task<string> LeftAsync(IDatabase database, Guid server)
        => database.ReadAsync(async connection => string.Join(' ', await connection.QueryAsync<string>(
            "SELECT request_id FROM actions WHERE server_id = @server ORDER BY id", new { server })),
                TestContext.Current.CancellationToken);

    public static Task<long> CountAsync(IDatabase database, string what)
        => database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {what}"),
            TestContext.Current.CancellationToken);

    public static Task<bool> ExistsAsync(IDatabase database, Guid server)
        => database.ReadAsync(connection => connection.ExecuteScalarAsync<bool>(
            "SELECT COUNT(*) FROM servers WHERE id = @server", new { server }), TestContext.Current.CancellationToken);

    /// <summary>Checks that every event belongs to an action, and that every ended action of this history has all its
    /// events.</summary>
    public static async Task AssertWholeAsync(IDatabase database)
    {
        Assert.Equal(0,
            await CountAsync(
                database, "action_events e WHERE NOT EXISTS (SELECT 1 FROM actions a WHERE a.id = e.action_id)"));
        Assert.Equal(0, await CountAsync(database,
            "actions a WHERE user_id = 'u' AND (SELECT COUNT(*) FROM action_events e WHERE e.action_id = a.id) <> "
                + $"{EventsEach}"));
    }
}
