using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Kiroku.Actions;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.SystemTests.Cluster;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;
using Kiroku.Tests.Storage;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// The acceptance test of many hosts: clients at three nodes make allowed and forbidden requests while nodes are
/// killed, frozen and started again. KIROKU_FULL=1 makes it long, KIROKU_SEED repeats a run.
/// </summary>
public sealed class ManyNodesLoadTests : IAsyncLifetime
{
    private static readonly (int Clients, int Servers, TimeSpan Time) Size = FullTier.IsOn
        ? (24, 24, TimeSpan.FromSeconds(60)) : (10, 10, TimeSpan.FromSeconds(20));

    private static readonly int Seed = int.TryParse(
        Environment.GetEnvironmentVariable("KIROKU_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed : Random.Shared.Next(1_000_000);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kml-");
    private ThreeNodes? nodes;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (nodes is not null)
            await nodes.DisposeAsync();
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            Say(nodes?.Output ?? "");
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_request_that_a_node_accepted_is_recorded_once_and_ended_however_nodes_come_and_go()
    {
        RealParts.Require("/usr/lib/x86_64-linux-gnu/libvirt.so.0");
        var connection = await PostgresServer.CreateDatabaseAsync();
        using IDatabase database = new PostgresDatabase(connection);
        Say($"KIROKU_SEED={Seed}");
        nodes = new ThreeNodes(folder.FullName, connection);
        await nodes.StartAsync("a");
        await Task.WhenAll(nodes.StartAsync("b"), nodes.StartAsync("c"));
        var image = await nodes.AddImageAsync();
        var servers = new ConcurrentDictionary<Guid, string>();
        var clients = Enumerable.Range(1, Size.Clients)
            .Select(number => new MixedClient(nodes, servers, image, Size.Servers * 2, number, Seed * 100 + number))
                .ToList();
        await Task.WhenAll(
            Enumerable.Range(0, Size.Servers).Select(number => clients[number % Size.Clients].CreateAsync()));
        await RestAsync(database);
        Assert.Equal(Size.Servers, (await PlacesAsync(database)).Count(place => place.VmState == VmStates.Active));
        var killer = new NodeKiller(nodes, name => IsMemberAsync(database, name), Seed);

        var feed = new FollowedFeed(database);

        using (var over = new CancellationTokenSource(Size.Time))
            await Task.WhenAll(clients.Select(client => client.RunAsync(over.Token))
                .Append(killer.RunAsync(Size.Time)).Append(feed.FollowAsync(over.Token)));
        await Task.WhenAll(clients.Select(client => client.FinishAsync()));
        var rest = await Record.ExceptionAsync(() => feed.UntilRestAsync(
            TimeSpan.FromSeconds(60), async () => string.Join('\n', await RunningAsync(database))));

        var accepted = clients.SelectMany(client => client.Accepted).ToList();
        Say($"{accepted.Count} accepted; answers: {nodes.Answers}; {killer.EndedByThemselves} nodes ended by "
            + "themselves");
        Say($"{nodes.Starts.Count} starts: {Spread(nodes.Starts)}");
        var recorded = feed.Told;
        SayHowLongItTook([.. recorded.Select(one => one.Action)], killer.Blows);
        Assert.True(nodes.Wrong.IsEmpty, string.Join('\n', nodes.Wrong));
        if (rest is not null)
            throw rest;
        await Parallel.ForEachAsync(accepted.GroupBy(asked => asked.Server),
            (server, _) => AssertShownAsync(server.Key, [.. server.Select(asked => asked.Request)]));
        AssertRecorded(recorded, accepted);
        await AssertInOnePlaceAsync(database);
    }

    /// <summary>Waits until no action runs.</summary>
    private static Task RestAsync(IDatabase database) => Poll.UntilAsync(
        "every action to end",
        async () => (await RunningAsync(database)).Count == 0,
        TimeSpan.FromSeconds(60),
        async () => string.Join('\n', await RunningAsync(database)));

    /// <summary>Checks that the API shows each accepted request once, with every event ended.</summary>
    private async ValueTask AssertShownAsync(Guid server, List<string> requests)
    {
        var random = new Random(Seed);
        var list = await nodes!.AskAsync(
            random, HttpMethod.Get, $"/v2.1/servers/{server}/os-instance-actions", version: "2.84");
        Assert.True(list.Status == 200, list.Text);
        var shown = list.Json["instanceActions"]!.AsArray().Select(action => (string)action!["request_id"]!).ToList();
        foreach (var request in requests)
        {
            Assert.Single(shown, request);
            var answer = await nodes.AskAsync(
                random, HttpMethod.Get, $"/v2.1/servers/{server}/os-instance-actions/{request}", version: "2.84");
            Assert.True(answer.Status == 200, answer.Text);
            Assert.All(new Recorded(answer.Json["instanceAction"]!.AsObject()).Events,
                item => Assert.False(item.Finish is null || item.Result is null, answer.Text));
        }
    }

    /// <summary>
    /// Checks that the record, as the feed told it, holds exactly the accepted requests of the clients' user, all
    /// ended.
    /// </summary>
    private static void AssertRecorded(
        IReadOnlyList<RecordedAction> recorded, List<(Guid Server, string Request)> accepted)
    {
        Assert.Equal(
            accepted.Select(asked => $"{asked.Server} {asked.Request}").Order(),
            recorded.Select(one => one.Action).Where(action => action.UserId is not null)
                .Select(action => $"{action.ServerId} {action.RequestId}").Order());
        FollowedFeed.AssertEnded(recorded);
    }

    /// <summary>
    /// Checks that each server, with its disk, is on one host at most, and on a second one only with what it can go
    /// back to.
    /// </summary>
    private static async Task AssertInOnePlaceAsync(IDatabase database)
    {
        var places = await PlacesAsync(database);
        Say("Servers: "
            + string.Join(", ", places.CountBy(place => place.VmState).Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.All(places, place => Assert.True(place.IsOne, place.ToString()));
    }

    /// <summary>Prints how long after each blow the last of the actions ended that were running then.</summary>
    private static void SayHowLongItTook(List<ActionRecord> actions, List<Blow> blows)
    {
        Say("Actions: "
            + string.Join(", ", actions.CountBy(action => action.Outcome).Select(pair => $"{pair.Key}: {pair.Value}")));
        foreach (var kind in blows.GroupBy(blow => blow.Kind))
        {
            var times = new List<double>();
            foreach (var blow in kind)
            {
                var running = actions.Where(
                    action => action.StartTime <= blow.Time && !(action.FinishTime <= blow.Time)).ToList();
                var took = running.Select(
                    action => action.FinishTime is { } end ? (end - blow.Time).TotalSeconds : double.PositiveInfinity)
                        .DefaultIfEmpty(0).Max();
                Say($"  {blow.Time:HH:mm:ss.f} {blow.Kind} {blow.Node}: {running.Count} actions ran, the last ended "
                    + $"after {took:F1} s");
                times.Add(took);
            }
            Say($"{kind.Key}: {times.Count} times; until all actions ended: {Spread(times)}");
        }
    }

    private static string Spread(IEnumerable<double> seconds)
    {
        var sorted = seconds.Order().ToList();
        return $"min {sorted[0]:F1} s, median {sorted[sorted.Count / 2]:F1} s, max {sorted[^1]:F1} s";
    }

    private static Task<List<Place>> PlacesAsync(IDatabase database) => database.ReadAsync(
        async connection => (await connection.QueryAsync<Place>(
            "SELECT id, vm_state, host, other_host, disk_host, former_host, generation, former_generation FROM servers "
                + "WHERE deleted = 0")).ToList(), default);

    private static Task<List<string>> RunningAsync(IDatabase database) => database.ReadAsync(
        async connection => (await connection.QueryAsync<string>(
            "SELECT id || ' on ' || COALESCE(host, 'none') || ' of ' || COALESCE(disk_host, 'none') || ': ' || "
                + "running_action || ', ' || COALESCE(task_state, '') FROM servers WHERE running_action IS NOT NULL"))
                    .ToList(), default);

    private static Task<bool> IsMemberAsync(IDatabase database, string name) => database.ReadAsync(
        connection
            => connection.ExecuteScalarAsync<bool>(
                "SELECT EXISTS (SELECT 1 FROM members WHERE status = 3 AND name = @name)", new { name }), default);

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    /// <summary>A server's place according to its row.</summary>
    private sealed record Place
    {
        public required string Id { get; init; }

        public required string VmState { get; init; }

        public string? Host { get; init; }

        public string? OtherHost { get; init; }

        public string? DiskHost { get; init; }

        public string? FormerHost { get; init; }

        public long? Generation { get; init; }

        public long? FormerGeneration { get; init; }

        public bool IsOne => VmState switch
        {
            VmStates.Resized
                => Host is not null && Host == DiskHost && FormerHost is not null
                && OtherHost == (FormerHost == Host ? null : FormerHost),
            VmStates.ShelvedOffloaded => (Host, OtherHost, FormerHost) is (null, null, null) && DiskHost is not null,
            VmStates.Error
                => FormerGeneration is not null
                || (OtherHost is null && (Host is null || DiskHost is null || DiskHost == Host)),
            _ => Host is not null && Host == DiskHost && (OtherHost, FormerHost) is (null, null),
        };
    }
}
