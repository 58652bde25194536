using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Tests.Actions;

/// <summary>
/// Long histories, written directly into the store: servers with ended actions of three events each.
/// </summary>
internal static class LongHistory
{
    public const int EventsEach = 3;
    private const string User = "u";

    private const string Flavor = """
        {"id":"42","name":"m1.nano","vcpus":1,"memory_mib":128,"disk_gib":1}
        """;

    /// <summary>Adds the row of a server without history.</summary>
    public static Task AddServerAsync(IDatabase database, Guid id, DateTime now, bool deleted = false)
        => database.WriteAsync(connection => connection.ExecuteAsync(
            """
            INSERT INTO servers (
                id, name, project_id, user_id, image_id, flavor, vm_state, created_at, updated_at, deleted)
            VALUES (@id, 'vm', 'p', 'u', 'i', @flavor, @state, @now, @now, @deleted)
            """, new
            {
                id,
                now,
                deleted,
                flavor = Flavor,
                state = deleted ? VmStates.Deleted : VmStates.Active,
            }), TestContext.Current.CancellationToken);

    /// <summary>Adds ended actions req-FIRST, req-(FIRST+1), … in that order, all with the same times.</summary>
    public static Task AddActionsAsync(IDatabase database, Guid server, int first, int count, DateTime ended)
        => database.WriteAsync(async connection =>
        {
            foreach (var number in Enumerable.Range(first, count))
                await connection.ExecuteAsync(
                    RecordRow.InsertFirst, RecordRow.Of(Ended(server, $"req-{number}", ended)));
            return count;
        }, TestContext.Current.CancellationToken);

    /// <summary>Adds a running action.</summary>
    public static Task AddRunningAsync(IDatabase database, Guid server, string requestId, DateTime began)
        => database.WriteAsync(connection => ActionStore.InsertFirstAsync(connection, new ActionRecord
        {
            ServerId = server,
            RequestId = requestId,
            Action = ActionNames.Reboot,
            StartTime = began,
            UpdatedAt = began,
            Outcome = Outcomes.Running,
        }), TestContext.Current.CancellationToken);

    /// <summary>The request ids of a server's remaining actions, oldest first.</summary>
    public static Task<string> LeftAsync(IDatabase database, Guid server)
        => database.ReadAsync(async connection => string.Join(' ', (await connection.QueryAsync<byte[]>(
            "SELECT request FROM records WHERE server = @server ORDER BY id", new { server = CompactId.Of(server) }))
                .Select(CompactId.ToRequest)), TestContext.Current.CancellationToken);

    public static Task<long> CountAsync(IDatabase database, string what)
        => database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {what}"),
            TestContext.Current.CancellationToken);

    public static Task<bool> ExistsAsync(IDatabase database, Guid server)
        => database.ReadAsync(connection => connection.ExecuteScalarAsync<bool>(
            "SELECT COUNT(*) FROM servers WHERE id = @server", new { server }), TestContext.Current.CancellationToken);

    /// <summary>Checks that every ended action of this history has all its events.</summary>
    public static async Task AssertWholeAsync(IDatabase database)
    {
        var attempts = await database.ReadAsync(connection => connection.QueryAsync<string>(
            "SELECT attempts FROM records WHERE outcome <> 0 AND user_id = @User",
            new { User = CompactId.OfOwner(User) }), TestContext.Current.CancellationToken);
        Assert.All(attempts, column => Assert.Equal(
            EventsEach, AttemptList.Read(column, Ended(Guid.Empty, "req", DateTime.UnixEpoch).Action).Events.Count));
    }

    private static RecordedAction Ended(Guid server, string requestId, DateTime ended) => new(
        new ActionRecord
        {
            ServerId = server,
            RequestId = requestId,
            Action = ActionNames.Reboot,
            UserId = User,
            ProjectId = "p",
            StartTime = ended,
            UpdatedAt = ended,
            FinishTime = ended,
            Outcome = Outcomes.Succeeded,
        },
        [.. Enumerable.Range(1, EventsEach).Select(number => new EventRecord
        {
            Event = "compute_reboot_instance",
            Attempt = number,
            StartTime = ended,
            FinishTime = ended,
            Result = EventResults.Success,
        })]);
}
