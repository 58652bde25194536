using System.Diagnostics;
using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.Storage.Sqlite;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;
using Kiroku.Tests.Storage;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// The acceptance test of the record: many clients at once make allowed and forbidden requests while the service is
/// killed and started again. Then the record and the servers must agree exactly with the answers. KIROKU_FULL=1 makes
/// it long.
/// </summary>
public sealed class ConcurrencyTests : IAsyncLifetime
{
    private static readonly (int Clients, int Servers, TimeSpan Time, int Kills) Size =
        FullTier.IsOn ? (100, 50, TimeSpan.FromMinutes(1), 5) : (30, 15, TimeSpan.FromSeconds(10), 2);

    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;
    private KilledService? service;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(service?.Output ?? "");
        if (service is not null)
            await service.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_accepted_request_is_done_and_recorded_once_and_no_other_is(bool onPostgres)
    {
        RealParts.Require("/usr/lib/x86_64-linux-gnu/libvirt.so.0");
        var connection = onPostgres ? await PostgresServer.CreateDatabaseAsync() : null;
        service = new KilledService(folder, connection);
        await service.StartAsync();
        using IDatabase database = connection is null
            ? new SqliteDatabase(Path.Combine(folder, "kiroku.db")) : new PostgresDatabase(connection);
        var image = await AddImageAsync(service);
        var servers = await Task.WhenAll(
            Enumerable.Range(0, Size.Servers).Select(number => CreateAsync(service, image, number)));
        await RestAsync(database);
        var clients = Enumerable.Range(1, Size.Clients).Select(seed => new RandomClient(service, servers, image, seed))
            .ToList();

        var feed = new FollowedFeed(database);

        using (var over = new CancellationTokenSource(Size.Time))
            await Task.WhenAll(clients.Select(client => client.RunAsync(over.Token))
                .Append(KillAgainAndAgainAsync(service)).Append(feed.FollowAsync(over.Token)));

        var all = clients.SelectMany(client => client.All).ToList();
        var accepted = clients.SelectMany(client => client.Accepted).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{all.Count} requests, {accepted.Count} accepted, {service.Broken} broken off, answered "
            + string.Join(", ",
                all.CountBy(asked => asked.Answer.Status).OrderBy(pair => pair.Key).Select(
                    pair => $"{pair.Key}: {pair.Value}")));
        Assert.All(all, asked => Assert.Contains(asked.Answer.Status, new[] { 202, 204, 400, 409, 503 }));
        await AssertRecordedAsync(database, feed, accepted);
        await AssertAgreesAsync(database, feed);
        foreach (var client in clients)
            foreach (var asked in client.Accepted)
                await client.RepeatAsync(asked);
        await AssertRecordedAsync(database, feed, accepted);
    }

    private static async Task KillAgainAndAgainAsync(KilledService service)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var number in Enumerable.Range(1, Size.Kills))
        {
            var when = Size.Time * number / (Size.Kills + 1);
            await Poll.UntilAsync(
                "time to kill", () => Task.FromResult(Stopwatch.GetElapsedTime(began) >= when), Size.Time * 2);
            await service.KillAndStartAsync();
        }
    }

    private static async Task<string> AddImageAsync(KilledService service)
    {
        var id = "";
        await service.AskAsync(async cloud =>
        {
            id = await cloud.AddImageAsync("disk", "raw", new byte[1024 * 1024]);
            return await cloud.GetAsync("/v2.1/servers");
        });
        return id;
    }

    private static async Task<Guid> CreateAsync(KilledService service, string image, int number)
    {
        var body = $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{image}}}"}}""";
        var made = await service.AskAsync(cloud => cloud.PostAsync("/v2.1/servers", body, key: $"create {number}"));
        Assert.True(made.Status == 202, made.Text);
        return Guid.Parse((string)made.Json["server"]!["id"]!);
    }

    /// <summary>Waits until no action runs.</summary>
    private static Task RestAsync(IDatabase database) => Poll.UntilAsync(
        "every action to end", async () => await CountAsync(database, "servers WHERE running_action IS NOT NULL") == 0,
        TimeSpan.FromMinutes(2));

    /// <summary>
    /// Checks that the record, as the feed told it, holds exactly the accepted requests of the clients' user, all
    /// ended, and that every event is closed.
    /// </summary>
    private static async Task AssertRecordedAsync(
        IDatabase database, FollowedFeed feed, List<Asked> accepted)
    {
        await feed.UntilRestAsync();
        var recorded = feed.Told;
        Assert.Equal(
            accepted.Select(asked => $"{asked.Server} {asked.Answer.RequestId}").Order(),
            recorded.Select(one => one.Action)
                .Where(action => action is { UserId: not null, Action: not ActionNames.Create })
                .Select(action => $"{action.ServerId} {action.RequestId}").Order());
        FollowedFeed.AssertEnded(recorded);
        await Poll.UntilAsync(
            "each server to have no task",
            async () => await CountAsync(
                database, "servers WHERE task_state IS NOT NULL OR running_action IS NOT NULL") == 0);
        Assert.Equal(Size.Servers, await CountAsync(database, "servers"));
    }

    /// <summary>Checks that each server is in the state to which its actions lead, one after the other.</summary>
    private static async Task AssertAgreesAsync(IDatabase database, FollowedFeed feed)
    {
        var states = await feed.ReadAtRestAsync(() => database.ReadAsync(
            async connection => (await connection.QueryAsync<(string Id, string State, int Power)>(
                "SELECT id, vm_state, power_state FROM servers")).ToList(), default));
        var actions = feed.Told.ToLookup(one => one.Action.ServerId, one => one.Action);
        foreach (var (id, state, power) in states)
        {
            string[] possible = [VmStates.Building];
            foreach (var action in actions[Guid.Parse(id)])
                possible = action.Outcome is Outcomes.Succeeded or Outcomes.SucceededAfterRetries
                    ? After(action.Action) : [.. possible, VmStates.Error];
            Assert.Contains(state, possible);
            Assert.Equal(state is VmStates.Active, power == 1 && state is not (VmStates.Resized or VmStates.Error));
        }
    }

    private static string[] After(string action) => action switch
    {
        ActionNames.Create or ActionNames.Start or ActionNames.Reboot or ActionNames.Unshelve => [VmStates.Active],
        ActionNames.Stop => [VmStates.Stopped],
        ActionNames.Resize => [VmStates.Resized],
        ActionNames.Shelve => [VmStates.ShelvedOffloaded],
        ActionNames.Rebuild or ActionNames.ConfirmResize or ActionNames.RevertResize
            => [VmStates.Active, VmStates.Stopped],
        _ => throw new InvalidOperationException(action),
    };

    private static Task<long> CountAsync(IDatabase database, string what)
        => database.ReadAsync(
            connection => connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {what}"), default);
}
