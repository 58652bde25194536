using System.Text.Json.Nodes;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Servers that move to another host with their disks.</summary>
public sealed class MovingTests : IAsyncLifetime
{
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(3, Cloud.Unwatched);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Fact]
    public async Task A_resize_moves_the_server_with_its_disk_and_a_confirm_gives_up_the_old_one()
    {
        var server = await cloud.CreateServerAsync("a");
        var (disk, drive) = Contents("a", server, 1);

        var resize = await cloud.DoAsync(server, Resize);

        var after = await cloud.ServerAsync(server);
        Assert.Null(resize.Action.Message);
        Assert.Equal(VmStates.Resized, after.VmState);
        Assert.Equal(("a", 1), (after.Former?.Disk.Host, after.Former?.Disk.Generation));
        Assert.NotEqual("a", after.Host);
        Assert.Equal((disk, drive), Contents(after.Host!, server, 2));
        Assert.Equal(84, after.Flavor.DiskGiB > 0 ? 84 : 0);
        Assert.Equal(
            [("cold_migrate", true), ("compute_prep_resize", false), ("compute_resize_instance", false),
                ("compute_finish_resize", false)],
            resize.Events.Reverse().Select(e => (e.Event, e.Event == EventNames.ColdMigrate)));
        Assert.Equal(after.Host, HostOf(resize, EventNames.PrepResize));
        Assert.Equal("a", HostOf(resize, EventNames.ResizeInstance));
        Assert.Equal(after.Host, HostOf(resize, EventNames.FinishResize));
        await cloud.AssertWholeAsync(server);

        var confirm = await cloud.DoAsync(server, """{"confirmResize":null}""");

        Assert.Equal("a", HostOf(confirm, EventNames.ConfirmResize));
        Assert.Equal((VmStates.Active, null, null),
            ((await cloud.ServerAsync(server)).VmState,
                (await cloud.ServerAsync(server)).Former?.Disk.Host,
                (await cloud.ServerAsync(server)).Other?.Host));
        await cloud.AssertWholeAsync(server);
        await cloud.DeleteAsync(server);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_server_keeps_away_from_a_host_where_a_disk_of_its_is_kept()
    {
        var server = await cloud.CreateServerAsync("a");
        await cloud.Any.Store.WriteAsync(db => Dapper.SqlMapper.ExecuteAsync(
            db, "INSERT INTO kept_volumes (host, volume, server_id, reason, since) VALUES ('b', @volume, @server, 'x', "
                + "'2026-01-01T00:00:00.000000')",
            new { volume = Disks.NameOf(server, 2), server }), TestContext.Current.CancellationToken);

        Assert.Equal("Error", (await cloud.DoAsync(server, """{"migrate":{"host":"b"}}""")).Action.Message);
        Assert.Equal("a", (await cloud.ServerAsync(server)).Host);
        Assert.Null((await cloud.DoAsync(server, Resize)).Action.Message);

        Assert.Equal("c", (await cloud.ServerAsync(server)).Host);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_revert_goes_back_to_the_old_host_and_disk(bool stopped)
    {
        var server = await cloud.CreateServerAsync("a");
        var before = Contents("a", server, 1);
        if (stopped)
            await cloud.DoAsync(server, """{"os-stop":null}""");
        await cloud.DoAsync(server, Resize);
        var moved = (await cloud.ServerAsync(server)).Host!;

        var revert = await cloud.DoAsync(server, """{"revertResize":null}""");

        var after = await cloud.ServerAsync(server);
        Assert.Null(revert.Action.Message);
        Assert.Equal((moved, "a"),
            (HostOf(revert, EventNames.RevertResize), HostOf(revert, EventNames.FinishRevertResize)));
        Assert.Equal(("a", "a", null, null, 1),
            (after.Host, after.Disk?.Host, after.Former?.Disk.Host, after.Other?.Host, after.Disk?.Generation));
        Assert.Equal(stopped ? VmStates.Stopped : VmStates.Active, after.VmState);
        Assert.Equal(before, Contents("a", server, 1));
        Assert.Empty(cloud[moved].Host.DisksOf(server));
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task An_unshelve_brings_the_disk_to_another_host()
    {
        var server = await cloud.CreateServerAsync("a");
        var before = Contents("a", server, 1);
        await cloud.DoAsync(server, """{"shelve":null}""");
        Assert.Equal((null, "a"),
            ((await cloud.ServerAsync(server)).Host, (await cloud.ServerAsync(server)).Disk?.Host));

        var unshelve = await cloud.DoAsync(server, """{"unshelve":{"host":"b"}}""");

        var after = await cloud.ServerAsync(server);
        Assert.Null(unshelve.Action.Message);
        Assert.Equal("b", HostOf(unshelve, EventNames.Unshelve));
        Assert.Equal(("b", "b", null), (after.Host, after.Disk?.Host, after.Other?.Host));
        Assert.Equal(before, Contents("b", server, 2));
        Assert.Empty(cloud["a"].Host.DisksOf(server));
        await cloud.AssertWholeAsync(server);
    }

    [Theory]
    [InlineData("""{"migrate":null}""")]
    [InlineData("""{"migrate":{}}""")]
    [InlineData("""{"migrate":{"host":null}}""")]
    public async Task A_migrate_to_any_host_is_asked_for_as_each_client_does(string body)
    {
        var server = await cloud.CreateServerAsync("a");
        Assert.Null((await cloud.DoAsync(server, body)).Action.Message);
        Assert.NotEqual("a", (await cloud.ServerAsync(server)).Host);
    }

    [Fact]
    public async Task A_migrate_moves_to_another_host_or_the_one_named_and_keeps_the_flavor()
    {
        var server = await cloud.CreateServerAsync("a");

        var migrate = await cloud.DoAsync(server, """{"migrate":{"host":"c"}}""");

        var after = await cloud.ServerAsync(server);
        Assert.Null(migrate.Action.Message);
        Assert.Equal("migrate", migrate.Action.Action);
        Assert.Equal(("c", "42", VmStates.Resized), (after.Host, after.Flavor.Id, after.VmState));
        await cloud.DoAsync(server, """{"confirmResize":null}""");
        await cloud.DoAsync(server, """{"migrate":null}""");
        Assert.NotEqual("c", (await cloud.ServerAsync(server)).Host);
        await cloud.AssertWholeAsync(server);
    }

    [Theory]
    [InlineData("""{"migrate":{"host":"a"}}""", 400, "Cannot migrate to the host where the server exists.")]
    [InlineData("""{"migrate":{"host":"z"}}""", 400, "Compute host z could not be found.")]
    [InlineData("""{"migrate":{"hosts":"b"}}""", 400, "Invalid input for field/attribute migrate")]
    [InlineData("""{"migrate":{"host":""}}""", 400, "'' is too short")]
    [InlineData("""{"migrate":{"host":"b/c"}}""", 400, "'b/c' does not match")]
    [InlineData("""{"migrate":7}""", 400, "Invalid input")]
    [InlineData("""{"os-migrateLive":{"host":"b","block_migration":"auto"}}""", 501,
        "The requested functionality is not supported.")]
    [InlineData("""{"evacuate":{"host":"b"}}""", 501, "The requested functionality is not supported.")]
    public async Task An_impossible_move_is_refused_in_Novas_words(string body, int status, string words)
    {
        var server = await cloud.CreateServerAsync("a");

        var answer = await cloud.ActAsync(server, body);

        Assert.Equal(status, answer.Status);
        Assert.Contains(words, (string)JsonNode.Parse(answer.Text)!.AsObject().Single().Value!["message"]!,
            StringComparison.Ordinal);
        Assert.Equal("a", (await cloud.ServerAsync(server)).Host);
    }

    [Theory]
    [InlineData("receive")]
    [InlineData("export")]
    [InlineData("copy")]
    public async Task A_move_that_fails_for_good_leaves_the_server_where_it_was_and_nothing_elsewhere(string operation)
    {
        var server = await cloud.CreateServerAsync("a");
        var before = Contents("a", server, 1);
        foreach (var node in cloud.Nodes)
            node.Hypervisor.Before = now => now == operation ? throw new HypervisorException(
                HypervisorFailure.NoSpace, $"{operation} it", "full") : Task.CompletedTask;

        var resize = await cloud.DoAsync(server, Resize);

        var after = await cloud.ServerAsync(server);
        Assert.Equal(("Error", VmStates.Error), (resize.Action.Message, after.VmState));
        Assert.Equal(3,
            resize.Events.Count(e => e.Event == EventNames.ResizeInstance && e.Result == EventResults.Error));
        Assert.Equal(("a", "a", null, null),
            (after.Host, after.Disk?.Host, after.Other?.Host, after.Former?.Disk.Host));
        Assert.Equal(before, Contents("a", server, 1));
        await cloud.AssertWholeAsync(server);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task An_error_about_a_disk_on_a_host_that_is_away_names_the_host(string to)
    {
        await cloud.KillAsync("c");
        var host = cloud["a"].App.Services.GetRequiredService<ServerHosts>().Of(to);

        var failure = await Assert.ThrowsAsync<HypervisorException>(
            () => host.ReceiveDiskAsync("c", "disk", null, TestContext.Current.CancellationToken));

        Assert.Equal((HypervisorFailure.Away, "receive the disk", "The node c does not answer."),
            (failure.Failure, failure.Operation, failure.Text));
    }

    [Theory]
    [InlineData("""{"reboot":{"type":"HARD"}}""", VmStates.Active)]
    [InlineData("""{"os-stop":null}""", VmStates.Stopped)]
    [InlineData("""{"rebuild":{"imageRef":"IMAGE"}}""", VmStates.Active)]
    [InlineData("""{"os-resetState":{"state":"active"}}""", VmStates.Active)]
    public async Task A_move_that_could_not_be_undone_recovers_where_it_is_and_removes_its_remains(
        string body, string state)
    {
        var server = await cloud.CreateServerAsync("a");
        foreach (var node in cloud.Nodes.Where(node => node.Name != "a"))
            node.Hypervisor.Before = now => now is "start" or "undefine"
                ? throw new HypervisorException(HypervisorFailure.Failed, $"{now} it", "no") : Task.CompletedTask;
        Assert.Equal("Error", (await cloud.DoAsync(server, Resize)).Action.Message);
        var failed = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Error, "a", "a", 1),
            (failed.VmState, failed.Former?.Disk.Host, failed.Other?.Host, failed.Former?.Disk.Generation));
        await cloud.AssertWholeAsync(server);
        foreach (var node in cloud.Nodes)
            node.Hypervisor.Before = _ => Task.CompletedTask;

        Assert.Null(
            (await cloud.DoAsync(server, body.Replace("IMAGE", cloud.Image, StringComparison.Ordinal))).Action.Message);

        var after = await cloud.ServerAsync(server);
        Assert.Equal((state, failed.Host, failed.Host), (after.VmState, after.Host, after.Disk?.Host));
        Assert.Equal((null, null, null, after.Flavor.Claim),
            (after.Former?.Disk.Host, after.Other?.Host, after.Former?.Disk.Generation, after.Claim));
        await cloud.SweepAsync();
        await cloud.AssertWholeAsync(server);
        // Nothing of that move is in the way of the next one.
        Assert.Null((await cloud.DoAsync(server, """{"migrate":{"host":"a"}}""")).Action.Message);
        Assert.Equal(("a", failed.Host),
            ((await cloud.ServerAsync(server)).Host, (await cloud.ServerAsync(server)).Former?.Disk.Host));
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_server_whose_disk_was_on_its_way_when_its_state_was_reset_is_on_no_host_yet()
    {
        var server = await cloud.CreateServerAsync("a");
        await cloud.DoAsync(server, """{"shelve":null}""");
        var begun = new TaskCompletionSource();
        cloud["b"].Hypervisor.Before = now =>
        {
            if (now != "receive")
                return Task.CompletedTask;
            begun.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        await cloud.ActAsync(server, """{"unshelve":{"host":"b"}}""");
        await begun.Task.WaitAsync(TestContext.Current.CancellationToken);

        await cloud.DoAsync(server, """{"os-resetState":{"state":"active"}}""");

        var after = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Active, null, "a", Claim.None),
            (after.VmState, after.Host, after.Disk?.Host, after.Claim));
        Assert.Equal(409, (await cloud.ActAsync(server, $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}"}}""")).Status);
        await cloud.SweepAsync();
        await cloud.AssertWholeAsync(server);
        cloud["b"].Hypervisor.Before = _ => Task.CompletedTask;
        Assert.Null((await cloud.DoAsync(server, """{"shelve":null}""")).Action.Message);
        Assert.Null((await cloud.DoAsync(server, """{"unshelve":{"host":"b"}}""")).Action.Message);
        Assert.Equal(("b", "b"),
            ((await cloud.ServerAsync(server)).Host, (await cloud.ServerAsync(server)).Disk?.Host));
        await cloud.SweepAsync();
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task The_record_says_when_no_host_is_suitable()
    {
        var server = await cloud.CreateServerAsync("a");
        await cloud.Any.Store.WriteAsync(db => Dapper.SqlMapper.ExecuteAsync(
            db, "INSERT INTO services (host, disabled, forced_down) VALUES ('b', 1, 0), ('c', 1, 0)"),
                TestContext.Current.CancellationToken);

        var resize = await cloud.DoAsync(server, Resize);

        Assert.Equal(("Error", VmStates.Active), (resize.Action.Message, (await cloud.ServerAsync(server)).VmState));
        Assert.Equal("No valid host was found.", Assert.Single(resize.Events).Details);
        await cloud.AssertWholeAsync(server);
    }

    private (Guid Disk, string Drive) Contents(string host, Guid server, int generation) => (
        cloud[host].Host.Volumes[Disks.NameOf(server, generation)].Content,
        Convert.ToHexString(cloud[host].Host.Volumes[Disks.ConfigOf(server, 1)].Written!));

    private static string? HostOf(RecordedAction action, string step)
        => action.Events.Single(e => e.Event == step).Host;
}
