using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Servers.Upkeep;
using Kiroku.Storage;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Servers;

/// <summary>A service on a fake host, with an image for servers. It can be killed and started again.</summary>
internal sealed class Cloud : IAsyncDisposable
{
    public const string Small = "42";
    public const string Large = "84";
    /// <summary>For tests during which no node may look at its machines on its own.</summary>
    public static readonly (string Key, string Value) Unwatched = ("Servers:LookInterval", "1.00:00:00");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HashSet<(TestApp App, IDisposable Store)> dead = [];
    private readonly Dictionary<string, string?> configuration;

    private Cloud(Dictionary<string, string?> configuration) => this.configuration = configuration;

    public FakeHost Host { get; } = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("kiroku-test-").FullName;

    public TestApp App { get; private set; } = null!;

    public FakeHypervisor Hypervisor { get; private set; } = null!;

    public WatchedDatabase Database { get; private set; } = null!;

    /// <summary>The same store, as used for nodes' signs of life, which do not count as moments of an
    /// action.</summary>
    public WatchedDatabase Beats { get; private set; } = null!;

    /// <summary>Opens the store for the next service that starts.</summary>
    public required Func<string, IDatabase> OpenStore { get; set; }

    public TestUser Demo { get; private set; } = null!;

    public TestUser Admin { get; private set; } = null!;

    public string Image { get; private set; } = "";

    public TimeProvider Time { get; private init; } = TimeProvider.System;

    public static Task<Cloud> StartAsync(params (string Key, string Value)[] configuration)
        => StartAsync(TimeProvider.System, configuration);

    public static Task<Cloud> StartAsync(TimeProvider time, params (string Key, string Value)[] configuration)
        => StartAsync(time, TestStore.Open, configuration);

    /// <summary>Starts a cloud on the test's own store.</summary>
    public static Task<Cloud> StartAsync(
        Func<string, IDatabase> openStore, params (string Key, string Value)[] configuration)
        => StartAsync(TimeProvider.System, openStore, configuration);

    private static async Task<Cloud> StartAsync(
        TimeProvider time, Func<string, IDatabase> openStore, (string Key, string Value)[] configuration)
    {
        var cloud = new Cloud(configuration.ToDictionary(pair => pair.Key, pair => (string?)pair.Value))
        {
            Time = time,
            OpenStore = openStore,
        };
        // Most tests make any number of servers.
        foreach (var quota in new[] { "Instances", "Cores", "Ram" })
            cloud.configuration.TryAdd($"Quotas:{quota}", "-1");
        cloud.configuration.TryAdd("RateLimit:WritesPerMinute", "-1");
        cloud.configuration.TryAdd("RateLimit:ReadsPerMinute", "-1");
        // Measured only on request, so that an action always makes the same calls to the hypervisor.
        cloud.configuration.TryAdd("Hosts:MeasureInterval", "1.00:00:00");
        cloud.configuration.TryAdd("Actions:FirstDelay", "00:00:00");
        cloud.configuration.TryAdd("Actions:NextDelay", "00:00:00");
        cloud.configuration.TryAdd("Actions:StorageDelay", "00:00:00.01");
        await cloud.StartAgainAsync();
        cloud.Image = await cloud.UploadAsync(new byte[1024 * 1024], "raw");
        return cloud;
    }

    /// <summary>Starts a service on what the last one left behind.</summary>
    public async Task StartAgainAsync()
    {
        await ForgetDeadAsync();
        Hypervisor = new FakeHypervisor(Host);
        var store = OpenStore(Folder);
        Database = new WatchedDatabase(store);
        Beats = new WatchedDatabase(store);
        Database.Migrate();
        App = await TestApp.StartAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(configuration);
            builder.Services.AddSingleton<IHypervisor>(Hypervisor);
            builder.Services.AddSingleton<IDatabase>(Database);
            builder.Services.AddSingleton(new SideDatabase(Beats));
            builder.Services.AddSingleton(Time);
        }, Folder, settings => OpenStore == TestStore.Open ? settings : settings with { Database = null });
        // Tokens outlive the process.
        Demo = Demo is null ? await App.SignInAsync() : Demo with { App = App };
        Admin = Admin is null ? await App.SignInAsync("admin") : Admin with { App = App };
    }

    /// <summary>Ends the service like a kill: from now on, nothing that it does reaches the host or the
    /// store.</summary>
    public void Kill()
    {
        var never = new TaskCompletionSource().Task;
        Hypervisor.Before = Hypervisor.After = _ => never;
        Database.Around = Beats.Around = _ => never;
        dead.Add((App, Database));
    }

    /// <summary>Ends the service in good order, as SIGTERM does.</summary>
    public async Task StopAsync()
    {
        await App.Services.GetRequiredService<IHost>().StopAsync(TestContext.Current.CancellationToken);
        dead.Add((App, Database));
    }

    /// <summary>Releases what dead services hold, because a test has too many of them to keep.</summary>
    private async Task ForgetDeadAsync()
    {
        foreach (var (app, store) in dead)
        {
            await app.DisposeAsync();
            store.Dispose();
        }
        dead.Clear();
    }

    public async Task<string> UploadAsync(byte[] content, string format)
    {
        using var made = await Admin.PostAsync("/image/v2/images",
            $$"""{"name":"disk","disk_format":"{{format}}","container_format":"bare","visibility":"public"}""");
        var id = (string)(await TestApp.JsonAsync(made))["id"]!;
        using var stored = await Admin.PutAsync($"/image/v2/images/{id}/file", content);
        Assert.Equal(204, (int)stored.StatusCode);
        return id;
    }

    /// <summary>Makes a server and waits until it is built, or in ERROR.</summary>
    public async Task<Guid> CreateServerAsync(string flavor = Small, string? image = null)
    {
        using var answer = await Demo.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"{{{flavor}}}","imageRef":"{{{image ?? Image}}}"}}""");
        Assert.Equal(202, (int)answer.StatusCode);
        var id = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await UntilAsync(async () => (await ServerAsync(id)).RunningAction is null);
        return id;
    }

    /// <summary>Asks for an action.</summary>
    /// <returns>The status and the request id.</returns>
    public async Task<(int Status, string RequestId)> ActAsync(Guid server, string body)
    {
        using var answer = await Demo.PostAsync(
            $"/v2.1/servers/{server}/action", body, ActionKeys.HeadersFor(body));
        return ((int)answer.StatusCode, answer.Headers.GetValues("x-compute-request-id").Single());
    }

    /// <summary>Asks for an action that must be accepted, and waits until it has ended.</summary>
    public async Task<RecordedAction> DoAsync(Guid server, string body)
    {
        var (status, requestId) = await ActAsync(server, body);
        Assert.True(status is 200 or 202 or 204, $"{body} was answered {status}");
        return await EndedAsync(server, requestId);
    }

    /// <summary>Sets the server's state as an administrator, and waits until that action has ended.</summary>
    public async Task<RecordedAction> ResetStateAsync(Guid server, string state)
    {
        using var answer = await Admin.PostAsync(
            $"/v2.1/servers/{server}/action", $$$"""{"os-resetState":{"state":"{{{state}}}"}}""");
        Assert.Equal(202, (int)answer.StatusCode);
        return await EndedAsync(server, answer.Headers.GetValues("x-compute-request-id").Single());
    }

    public async Task DeleteAsync(Guid server)
    {
        using var answer = await Demo.DeleteAsync($"/v2.1/servers/{server}");
        Assert.Equal(204, (int)answer.StatusCode);
        await UntilAsync(async () => (await ServerAsync(server)).RunningAction is null);
    }

    public async Task<RecordedAction> EndedAsync(Guid server, string requestId)
    {
        await UntilAsync(async () => (await ActionAsync(server, requestId)).Action.FinishTime is not null);
        return await ActionAsync(server, requestId);
    }

    public async Task<RecordedAction> ActionAsync(Guid server, string requestId)
        => (await App.Services.GetRequiredService<ActionStore>().FindAsync(
            server, requestId, TestContext.Current.CancellationToken))!;

    /// <summary>The server's newest action, optionally among those that began up to a given time.</summary>
    public async Task<RecordedAction> NewestActionAsync(Guid server, DateTime? until = null)
    {
        var actions = await App.Services.GetRequiredService<ActionStore>().ListAsync(
            server, new ActionQuery(1000), TestContext.Current.CancellationToken);
        return await ActionAsync(server, actions.First(action => until is null || action.StartTime <= until).RequestId);
    }

    /// <summary>Makes the service delete the remains of a crash, as it does by itself from time to time.</summary>
    public Task SweepAsync()
        => App.Services.GetRequiredService<DiskSweeper>().SweepAsync(TestContext.Current.CancellationToken);

    /// <summary>Every server that is not deleted.</summary>
    public Task<IReadOnlyList<Server>> ServersAsync()
        => App.Services.GetRequiredService<ServerStore>().ListWhereAsync(
            "1 = 1", null, TestContext.Current.CancellationToken);

    public async Task<Server> ServerAsync(Guid id)
        => (await App.Services.GetRequiredService<ServerStore>().FindAsync(id, TestContext.Current.CancellationToken))!;

    /// <summary>Waits until the condition holds. Checks it again after each write to the store.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (true)
        {
            var changed = Database.NextWrite;
            if (await condition())
                return;
            await changed.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Checks what must be true of a server whenever no action runs on it.</summary>
    public async Task AssertWholeAsync(Guid id)
    {
        var server = await ServerAsync(id);
        Assert.Null(server.RunningAction);
        Assert.Null(server.TaskState);
        var actions = await App.Services.GetRequiredService<ActionStore>().ListAsync(
            id, new ActionQuery(1000), TestContext.Current.CancellationToken);
        Assert.All(actions, action => Assert.NotEqual(Outcomes.Running, action.Outcome));
        foreach (var action in actions)
            Assert.All((await ActionAsync(id, action.RequestId)).Events, record => Assert.NotNull(record.FinishTime));
        var named = new[] { server.Disk?.Generation, server.Former?.Disk.Generation }.OfType<int>()
            .Select(generation => Disks.NameOf(id, generation)).ToList();
        if (server.RescueImageId is not null)
            named.Add(Disks.RescueOf(id));
        if (server.ConfigGeneration is { } config)
            named.Add(Disks.ConfigOf(id, config));
        Assert.Equal(named.Order(), Host.DisksOf(id));
        var machine = Host.Machines.GetValueOrDefault(id);
        Assert.Equal(server.PowerState == MachineState.Running, machine?.State == MachineState.Running);
        if (machine is { RunningAs: { } running })
        {
            var disk = Disks.NameOf(id, server.Disk!.Generation);
            (string, string?) disks = server.RescueImageId is null ? (disk, null) : (Disks.RescueOf(id), disk);
            Assert.Equal((server.Flavor.Vcpus, server.Flavor.MemoryMiB, disks),
                (running.Vcpus, running.MemoryMiB, (running.RootVolume, running.SecondVolume)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        dead.Add((App, Database));
        await ForgetDeadAsync();
        TestFolder.Delete(Folder);
    }
}
