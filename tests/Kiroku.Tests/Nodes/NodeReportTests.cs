using Dapper;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Storage;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Nodes;

public sealed class NodeReportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_reports_its_identity_and_state_when_it_starts()
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Report.StartAsync(Token);
        var row = await desk.RowAsync();
        Assert.Equal((1L, desk.Silo, "api,conductor,compute", "nova", "127.0.0.1", true),
            (row.Number, row.Silo, row.Roles, row.Zone, row.Address, row.Connected));
        Assert.Equal(
            ("fake", new HostCapacity(16, 64 * 1024, 1L << 40, 1L << 39, "1.0.0")), (row.HypervisorKind, row.Capacity));
        Assert.Null(desk.Report.PredecessorSilo);
    }

    [Fact]
    public async Task It_goes_on_reporting_and_measures_again_after_a_while()
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Report.StartAsync(Token);
        var before = await desk.RowAsync();
        desk.Hypervisor.Before = _ => throw new HypervisorException(
            HypervisorFailure.Unavailable, "measure the host", "gone");
        await desk.UntilAsync(async () =>
            await desk.RowAsync() is { Connected: false } row && row.SeenAt > before.SeenAt && row.Vcpus == 16);
        desk.Hypervisor.Before = _ => Task.CompletedTask;
        await desk.UntilAsync(async () => (await desk.RowAsync()).Connected);
    }

    [Fact]
    public async Task A_hypervisor_that_hangs_does_not_silence_its_node()
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Report.StartAsync(Token);
        desk.Hypervisor.Before = _ => new TaskCompletionSource().Task;
        await desk.UntilAsync(async () => !(await desk.RowAsync()).Connected);
        var seen = (await desk.RowAsync()).SeenAt;
        await desk.UntilAsync(async () => (await desk.RowAsync()).SeenAt > seen);
        Assert.False(desk.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_node_that_ends_says_so()
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Report.StartAsync(Token);
        await desk.Report.StopAsync(Token);
        Assert.Equal((null, false), ((await desk.RowAsync()).Silo, (await desk.RowAsync()).Connected));
    }

    [Fact]
    public async Task A_process_that_counts_as_dead_gives_no_sign_of_life()
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Report.StartAsync(Token);
        await ((IDatabase)desk.Database).WriteAsync(db => db.ExecuteAsync(
            """
            INSERT INTO membership (cluster, version) VALUES ('kiroku', 1);
            INSERT INTO members (cluster, address, port, generation, name, machine, status, proxy_port, started_at, alive_at)
            VALUES ('kiroku', '127.0.0.1', 1, 1, 'own', 'm', 6, 0, now(), now());
            DELETE FROM nodes
            """), Token);

        await Assert.ThrowsAsync<StorageException>(
            () => desk.Nodes.BeatAsync(desk.Self.Describe(new HostLook(true, null)), Token));

        Assert.Empty(await OtherNodes.ListAsync(desk.Database));
    }

    [Fact]
    public async Task A_node_whose_name_another_has_taken_ends()
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Report.StartAsync(Token);
        await desk.Database.WriteAsync(db => db.ExecuteAsync("UPDATE nodes SET folder = 'another'"), Token);
        await desk.UntilAsync(() => Task.FromResult(desk.ApplicationStopping.IsCancellationRequested));
        Assert.Equal("another", (await desk.RowAsync()).Folder);
    }

    [Fact]
    public async Task A_node_whose_name_is_in_use_waits_and_then_does_not_start()
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Nodes.TakeAsync(OtherNodes.Of("own"), Token);
        await OtherNodes.SetSeenAsync(desk.Database, "own", OtherNodes.ForEver);
        var starting = desk.Report.StartAsync(Token);
        await desk.UntilAsync(() => Task.FromResult(starting.IsCompleted));
        var refused = await Assert.ThrowsAsync<StorageException>(() => starting);
        Assert.Equal("Another Kiroku on this database runs as the host own: name this one otherwise with --host.",
            refused.Message);
        Assert.Equal("folder of own", (await desk.RowAsync()).Folder);
    }

    [Fact]
    public async Task A_node_whose_name_was_in_use_starts_once_the_other_is_silent()
    {
        using var desk = await NodeDesk.OpenAsync();
        await desk.Nodes.TakeAsync(OtherNodes.Of("own"), Token);
        await OtherNodes.SetSeenAsync(desk.Database, "own", OtherNodes.ForEver);
        var starting = desk.Report.StartAsync(Token);
        await OtherNodes.SetSeenAsync(desk.Database, "own", OtherNodes.LongAgo);
        await desk.UntilAsync(() => Task.FromResult(starting.IsCompleted));
        await starting;
        Assert.Equal((desk.Silo, "127.0.0.1:1@own"), ((await desk.RowAsync()).Silo, desk.Report.PredecessorSilo));
    }

    [Fact]
    public async Task A_service_that_starts_again_is_the_same_node()
    {
        await using var cloud = await Cloud.StartAsync();
        var (host, before) = (cloud.App.Services.GetRequiredService<NodeSelf>().Name,
            (await ListAsync(cloud)).Single());
        Assert.Equal((1L, host, true), (before.Number, before.Name, before.Connected));
        cloud.Kill();
        await cloud.StartAgainAsync();
        var after = (await ListAsync(cloud)).Single();
        Assert.Equal((1L, host, before.Folder), (after.Number, after.Name, after.Folder));
        Assert.NotEqual(before.Silo, after.Silo);
        Assert.Equal(before.Silo, cloud.App.Services.GetRequiredService<NodeReport>().PredecessorSilo);
    }

    [Fact]
    public async Task A_single_node_records_its_hosts_capacity_only_when_that_has_changed()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var cloud = await Cloud.StartAsync(time);
        if (cloud.Beats.IsShared)
            return;
        var written = cloud.Beats.NextWrite;
        time.Advance(TimeSpan.FromMinutes(1));
        await cloud.Admin.GetJsonAsync("/v2.1/os-services");
        Assert.False(written.IsCompleted);

        cloud.Host.Capacity = cloud.Host.Capacity with { Vcpus = 3 };
        await cloud.Admin.GetJsonAsync("/v2.1/os-services");
        while (!written.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        Assert.Equal(3, (await ListAsync(cloud)).Single().Vcpus);
    }

    private static Task<IReadOnlyList<Node>> ListAsync(Cloud cloud) => OtherNodes.ListAsync(cloud.Beats);
}
