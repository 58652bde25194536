using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Servers.Upkeep;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>
/// Several nodes on one database, each with a fake host of its own; any of them can die and come back.
/// </summary>
internal sealed class HostsCloud : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, HostNode> nodes = [];
    private readonly string database;
    private readonly (string Key, string Value)[] configuration;

    private HostsCloud(string database, (string Key, string Value)[] configuration)
        => (this.database, this.configuration) = (database, configuration);

    public IEnumerable<HostNode> Nodes => nodes.Values;

    public HostNode this[string name] => nodes[name];

    public string Image { get; private set; } = "";

    /// <summary>Any living node.</summary>
    public HostNode Any => nodes.Values.First(node => !node.IsDead);

    public TestUser Demo => demo! with { App = Any.App };

    public TestUser Admin => admin! with { App = Any.App };

    private TestUser? demo, admin;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts hosts a, b and so on. A resize always moves the server.</summary>
    public static Task<HostsCloud> StartAsync(int hosts = 3, params (string Key, string Value)[] configuration)
        => StartAsync([.. new[] { "a", "b", "c", "d" }.Take(hosts).Select(name => new HostNode(name))], configuration);

    /// <summary>Starts nodes. The first one answers HTTP.</summary>
    public static async Task<HostsCloud> StartAsync(
        IReadOnlyList<HostNode> nodes, params (string Key, string Value)[] configuration)
        => await StartAsync(await PostgresServer.CreateDatabaseAsync(), nodes, configuration);

    /// <summary>Starts nodes on the test's own database.</summary>
    public static async Task<HostsCloud> StartAsync(
        string database, IReadOnlyList<HostNode> nodes, params (string Key, string Value)[] configuration)
    {
        var cloud = new HostsCloud(database, configuration);
        foreach (var node in nodes)
        {
            cloud.nodes[node.Name] = node;
            await cloud.StartAsync(node.Name);
        }
        (cloud.demo, cloud.admin) = (await cloud["a"].App.SignInAsync(), await cloud["a"].App.SignInAsync("admin"));
        cloud.Image = await cloud.UploadAsync();
        return cloud;
    }

    /// <summary>Starts a node on what its last process left behind.</summary>
    public async Task StartAsync(string name)
    {
        var node = nodes[name];
        await node.ForgetProcessAsync();
        node.Hypervisor = new FakeHypervisor(node.Host) { Connected = node.Connected };
        var store = new PostgresDatabase(database);
        (node.Database, node.Beats) = (new WatchedDatabase(store), new WatchedDatabase(store));
        node.Database.Migrate();
        node.App = await TestApp.StartAsync(
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["RateLimit:WritesPerMinute"] = "-1",
                    ["RateLimit:ReadsPerMinute"] = "-1",
                    ["Quotas:Instances"] = "-1",
                    ["Quotas:Cores"] = "-1",
                    ["Quotas:Ram"] = "-1",
                    ["Hosts:MeasureInterval"] = "1.00:00:00",
                    ["Actions:FirstDelay"] = "00:00:00",
                    ["Actions:NextDelay"] = "00:00:00",
                    ["Actions:StorageDelay"] = "00:00:00.01",
                    ["Scheduling:AllowResizeToSameHost"] = "false",
                });
                builder.Configuration.AddInMemoryCollection(
                    configuration.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
                builder.Services.AddSingleton<IHypervisor>(node.Hypervisor);
                builder.Services.AddSingleton<IDatabase>(node.Database);
                builder.Services.AddSingleton(new SideDatabase(node.Beats));
            },
            node.Folder,
            settings
                => settings with
                {
                    Host = name,
                    Database = database,
                    Roles = node.Roles,
                    Cluster = Cluster.Nodes.NextAddress(),
                });
        node.IsDead = false;
    }

    /// <summary>
    /// Kills a node's process: nothing that it does reaches its host or the store any more, and the other nodes know.
    /// </summary>
    public async Task KillAsync(string name)
    {
        _ = Freeze(name);
        await BuryAsync(name);
    }

    /// <summary>Freezes a node: nothing that it does reaches its host or the store until it thaws.</summary>
    /// <returns>A task that completes when the node thaws.</returns>
    public Task Freeze(string name)
    {
        var node = nodes[name];
        node.Ice = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thawed = node.Ice.Task;
        node.Hypervisor.Before = node.Hypervisor.After = _ => thawed;
        node.Database.Around = node.Beats.Around = _ => thawed;
        node.IsDead = true;
        return thawed;
    }

    /// <summary>
    /// Lets a frozen node continue its work, then ends it as it ends when it learns that it counts as dead.
    /// </summary>
    public async Task ThawAsync(string name)
    {
        nodes[name].Ice!.SetResult();
        await nodes[name].App.Services.GetRequiredService<IHost>().StopAsync(Token);
    }

    /// <summary>Tells the other nodes at once what they would notice within seconds.</summary>
    public async Task BuryAsync(string name)
    {
        await ForgetAsync(name);
        await Cluster.Nodes.BuryAsync(Any.App, nodes[name].App);
        // A sign of life may have slipped in. From now on they are refused.
        await ForgetAsync(name);
    }

    private Task ForgetAsync(string name) => Any.Store.WriteAsync(db => Dapper.SqlMapper.ExecuteAsync(
        db, "UPDATE nodes SET silo = NULL, connected = 0, seen_at = '2026-01-01T00:00:00.000000' WHERE name = @name",
        new { name }), Token);

    /// <summary>Creates a server on a host and waits until it is built.</summary>
    public async Task<Guid> CreateServerAsync(string? host = null)
    {
        var zone = host is null ? "nova" : $"nova:{host}";
        using var answer = await Admin.PostAsync(
            "/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{Image}}}","availability_zone":"{{{zone}}}"}}""");
        Assert.Equal(202, (int)answer.StatusCode);
        var id = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await UntilIdleAsync(id);
        return id;
    }

    /// <summary>
    /// Creates servers on a host until one has its grain on a given node, with nothing left to do there.
    /// </summary>
    public async Task<Guid> CreateWithGrainAsync(string on, string grain)
    {
        var grains = Cluster.Nodes.GrainsOf(Any.App);
        while (true)
        {
            var server = await CreateServerAsync(on);
            var where = await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(
                grains.GetGrain<IServerGrain>(server));
            if (where?.ToParsableString() == Cluster.Nodes.SiloOf(this[grain].App))
                return server;
        }
    }

    public async Task<(int Status, string Text, string RequestId)> ActAsync(Guid server, string body)
    {
        using var answer = await Admin.PostAsync(
            $"/v2.1/servers/{server}/action", body, ("OpenStack-API-Version", "compute 2.96"));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token),
            answer.Headers.GetValues("x-compute-request-id").Single());
    }

    /// <summary>Asks for an action that must be accepted, and waits until it has ended.</summary>
    public async Task<RecordedAction> DoAsync(Guid server, string body)
    {
        var (status, text, requestId) = await ActAsync(server, body);
        Assert.True(status is 202 or 204, $"{body} was answered {status} {text}");
        await UntilIdleAsync(server);
        return await ActionAsync(server, requestId);
    }

    public async Task DeleteAsync(Guid server)
    {
        using var answer = await Admin.DeleteAsync($"/v2.1/servers/{server}");
        Assert.Equal(204, (int)answer.StatusCode);
        await UntilIdleAsync(server);
    }

    public async Task<Server> ServerAsync(Guid id)
        => (await Any.App.Services.GetRequiredService<ServerStore>().FindAsync(id, Token))!;

    public async Task<RecordedAction> ActionAsync(Guid server, string requestId)
        => (await Any.App.Services.GetRequiredService<ActionStore>().FindAsync(server, requestId, Token))!;

    public async Task<IReadOnlyList<ActionRecord>> ActionsAsync(Guid server)
        => await Any.App.Services.GetRequiredService<ActionStore>().ListAsync(server, new ActionQuery(1000), Token);

    public Task UntilIdleAsync(Guid server)
        => UntilAsync(async () => (await ServerAsync(server)).RunningAction is null);

    /// <summary>
    /// Waits until the condition holds. Checks it again after each write of a living node, of which there are several
    /// every second.
    /// </summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        while (true)
        {
            var changed = Task.WhenAny(
                Nodes.Where(node => !node.IsDead).SelectMany(
                    node => new[] { node.Database.NextWrite, node.Beats.NextWrite }));
            if (await condition())
                return;
            await changed.WaitAsync(limit.Token);
        }
    }

    /// <summary>Makes every living node delete the remains of crashes.</summary>
    public async Task SweepAsync()
    {
        foreach (var node in Nodes.Where(node => !node.IsDead))
            await node.App.Services.GetRequiredService<DiskSweeper>().SweepAsync(Token);
    }

    /// <summary>Lets kept volumes be swept, as an operator would after a look at them.</summary>
    public async Task LetGoOfKeptAsync()
    {
        await Any.Store.WriteAsync(db => Dapper.SqlMapper.ExecuteAsync(db, "DELETE FROM kept_volumes"), Token);
        await SweepAsync();
    }

    /// <summary>Checks what must be true of a server on all hosts whenever no action runs on it.</summary>
    public async Task AssertWholeAsync(Guid id)
    {
        var server = await ServerAsync(id);
        Assert.Null(server.RunningAction);
        Assert.Null(server.TaskState);
        foreach (var action in await ActionsAsync(id))
        {
            Assert.NotEqual(Outcomes.Running, action.Outcome);
            Assert.All((await ActionAsync(id, action.RequestId)).Events, record => Assert.NotNull(record.FinishTime));
        }
        foreach (var node in Nodes)
        {
            Assert.Equal(NamedOn(server, node.Name).Order(), node.Host.DisksOf(id));
            var machine = node.Host.Machines.GetValueOrDefault(id);
            Assert.Equal(server.PowerState == MachineState.Running && server.Host == node.Name,
                machine?.State == MachineState.Running);
            Assert.True(machine is null || server.Host == node.Name,
                $"{node.Name} has a machine that should be on {server.Host}");
        }
    }

    private static IEnumerable<string> NamedOn(Server server, string host)
    {
        if (server.Disk?.Host == host && server.Disk?.Generation is { } present)
            yield return Disks.NameOf(server.Id, present);
        if (server.Former?.Disk.Host == host && server.Former?.Disk.Generation is { } former)
            yield return Disks.NameOf(server.Id, former);
        if ((server.Disk?.Host == host || server.Former?.Disk.Host == host) && server.ConfigGeneration is { } config)
            yield return Disks.ConfigOf(server.Id, config);
    }

    private async Task<string> UploadAsync()
    {
        using var made = await Admin.PostAsync("/image/v2/images",
            """{"name":"disk","disk_format":"raw","container_format":"bare","visibility":"public"}""");
        var id = (string)(await TestApp.JsonAsync(made))["id"]!;
        using var stored = await Admin.PutAsync($"/image/v2/images/{id}/file", new byte[1024 * 1024]);
        Assert.Equal(204, (int)stored.StatusCode);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.ForgetProcessAsync();
            TestFolder.Delete(node.Folder);
        }
    }
}

/// <summary>A node, with what outlives its processes.</summary>
internal sealed class HostNode(string name)
{
    public string Name => name;

    public string Folder { get; } = Directory.CreateTempSubdirectory("kiroku-test-").FullName;

    public FakeHost Host { get; } = new();

    public NodeRoles Roles { get; init; } = NodeRoles.All;

    /// <summary>When the node's next process reaches its hypervisor.</summary>
    public Task Connected { get; set; } = Task.CompletedTask;

    public FakeHypervisor Hypervisor { get; set; } = null!;

    public WatchedDatabase Database { get; set; } = null!;

    public WatchedDatabase Beats { get; set; } = null!;

    /// <summary>The store, for tests that write to it.</summary>
    public IDatabase Store => Database;

    public TestApp App { get; set; } = null!;

    public bool IsDead { get; set; } = true;

    /// <summary>Holds the node while it is frozen.</summary>
    public TaskCompletionSource? Ice { get; set; }

    /// <summary>Releases what the node's process holds, because a test has too many of them to keep.</summary>
    public async Task ForgetProcessAsync()
    {
        if (App is null)
            return;
        await App.DisposeAsync();
        Database.Dispose();
    }
}
