using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Tests.Fakes;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Hosts that die, are cut off, and return.</summary>
public sealed class LostHostTests : IAsyncLifetime
{
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(2);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Theory]
    [InlineData("""{"os-stop":null}""")]
    [InlineData("""{"reboot":{"type":"HARD"}}""")]
    [InlineData("""{"resize":{"flavorRef":"84"}}""")]
    [InlineData("""{"shelve":null}""")]
    public async Task Nothing_is_done_to_a_server_whose_host_is_gone_until_it_is_back(string body)
    {
        var server = await cloud.CreateServerAsync("b");
        await cloud.KillAsync("b");

        var (status, text, _) = await cloud.ActAsync(server, body);

        Assert.Equal(409, status);
        Assert.Contains("Service is unavailable at this time.", text, StringComparison.Ordinal);
        Assert.Single(await cloud.ActionsAsync(server));
        // Its machine keeps running.
        Assert.Equal(MachineState.Running, cloud["b"].Host.Machines[server].State);

        await cloud.StartAsync("b");

        await cloud.UntilAsync(async () => (await cloud.ActAsync(server, """{"os-stop":null}""")).Status == 202);
        await cloud.UntilIdleAsync(server);
        Assert.Equal(MachineState.Off, cloud["b"].Host.Machines[server].State);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task An_administrator_may_reset_the_state_of_a_server_whose_host_is_gone()
    {
        var server = await cloud.CreateServerAsync("b");
        await cloud.KillAsync("b");

        var reset = await cloud.DoAsync(server, """{"os-resetState":{"state":"error"}}""");

        Assert.Equal(
            (Outcomes.Succeeded, VmStates.Error), (reset.Action.Outcome, (await cloud.ServerAsync(server)).VmState));
    }

    [Fact]
    public async Task A_resized_server_keeps_both_disks_while_the_host_of_one_is_away()
    {
        var server = await cloud.CreateServerAsync("a");
        await cloud.DoAsync(server, """{"resize":{"flavorRef":"84"}}""");
        await cloud.KillAsync("b");

        var reset = await cloud.ActAsync(server, """{"os-resetState":{"state":"active"}}""");
        var asked = cloud["a"].App.Services.GetRequiredService<RequestSealer>()
            .Seal(server,
                ActionRequest.OfTheService(ActionNames.ConfirmResize, TimeProvider.System.GetUtcNow().UtcDateTime));
        var confirm = await Cluster.Nodes.GrainsOf(cloud["a"].App).GetGrain<IServerGrain>(server).Begin(asked);

        Assert.Equal(409, reset.Status);
        Assert.Contains("Service is unavailable at this time.", confirm.Refusal, StringComparison.Ordinal);
        await cloud.SweepAsync();
        Assert.Contains(Disks.NameOf(server, 1), cloud["a"].Host.Volumes.Keys);
        var after = await cloud.ServerAsync(server);
        Assert.Equal((VmStates.Resized, "b", 1), (after.VmState, after.Host, after.Former?.Disk.Generation));
    }

    [Fact]
    public async Task A_machine_whose_server_has_a_running_action_is_not_put_aside_yet()
    {
        var server = await cloud.CreateServerAsync("b");
        var held = new TaskCompletionSource();
        cloud["b"].Hypervisor.Before = operation => operation == "stop" ? held.Task : Task.CompletedTask;
        await cloud.ActAsync(server, """{"os-stop":null}""");

        Assert.False(await Cluster.Nodes.GrainsOf(cloud["a"].App).GetGrain<IServerGrain>(server).PutAside("a"));

        held.SetResult();
        await cloud.UntilIdleAsync(server);
    }

    [Fact]
    public async Task A_server_is_deleted_without_its_host_which_puts_the_machine_aside_when_it_is_back()
    {
        var server = await cloud.CreateServerAsync("b");
        await cloud.KillAsync("b");

        await cloud.DeleteAsync(server);

        Assert.Equal(VmStates.Deleted, (await cloud.ServerAsync(server)).VmState);
        Assert.Equal(MachineState.Running, cloud["b"].Host.Machines[server].State);

        await cloud.StartAsync("b");

        await cloud.UntilAsync(() => Task.FromResult(!cloud["b"].Host.Machines.ContainsKey(server)));
        // The image's base is needed as long as the disk is.
        using var unwanted = await cloud.Admin.DeleteAsync($"/image/v2/images/{cloud.Image}");
        Assert.Equal(204, (int)unwanted.StatusCode);
        await cloud.SweepAsync();
        // The disk is kept, whatever is swept.
        Assert.Equal([Disks.ConfigOf(server, 1), Disks.NameOf(server, 1)], cloud["b"].Host.DisksOf(server));
        Assert.Contains(Disks.BaseOf(cloud.Image), cloud["b"].Host.Volumes.Keys);

        await cloud.LetGoOfKeptAsync();
        await cloud.SweepAsync();
        Assert.Empty(cloud["b"].Host.Volumes);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_put_aside_does_not_hold_up_others_and_its_disk_is_not_swept()
    {
        var servers = new[] { await cloud.CreateServerAsync("b"), await cloud.CreateServerAsync("b") };
        await cloud.KillAsync("b");
        foreach (var server in servers)
            await cloud.DeleteAsync(server);
        var host = cloud["b"].Host;
        var stubborn = host.Machines.Keys.First();
        host.Unstoppable = stubborn;

        await cloud.StartAsync("b");

        await cloud.UntilAsync(() => Task.FromResult(host.Machines.Count == 1));
        await cloud.SweepAsync();
        Assert.Equal([stubborn], host.Machines.Keys);
        Assert.All(servers,
            server => Assert.Equal([Disks.ConfigOf(server, 1), Disks.NameOf(server, 1)], host.DisksOf(server)));

        host.Unstoppable = null;
        await cloud.SweepAsync();
        Assert.Empty(host.Machines);
        Assert.All(servers,
            server => Assert.Equal([Disks.ConfigOf(server, 1), Disks.NameOf(server, 1)], host.DisksOf(server)));
    }

    [Fact]
    public async Task A_volume_that_cannot_be_deleted_is_tried_again_and_does_not_hold_up_others()
    {
        var server = await cloud.CreateServerAsync("b");
        foreach (var generation in new[] { 7, 8 })
            cloud["b"].Host.Volumes[Disks.NameOf(server, generation)] = new FakeVolume(1, Guid.NewGuid());
        var failures = 0;
        cloud["b"].Hypervisor.Before = operation => operation == "delete" && failures++ == 0
            ? throw new HypervisorException(
                HypervisorFailure.Failed, "delete the volume", "it is busy") : Task.CompletedTask;

        await cloud.SweepAsync();
        Assert.Equal(3, cloud["b"].Host.DisksOf(server).Count());

        await cloud.SweepAsync();
        Assert.Equal([Disks.ConfigOf(server, 1), Disks.NameOf(server, 1)], cloud["b"].Host.DisksOf(server));
    }

    [Fact]
    public async Task An_action_on_a_conductor_ends_though_no_host_is_left()
    {
        await using var split = await HostsCloud.StartAsync(
            [new HostNode("a") { Roles = NodeRoles.Api | NodeRoles.Conductor },
                new HostNode("b") { Roles = NodeRoles.Compute }]);
        var server = await split.CreateServerAsync("b");
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        split["b"].Hypervisor.Before = operation =>
        {
            if (operation != "stop")
                return Task.CompletedTask;
            stopping.TrySetResult();
            return Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        };
        var (_, _, requestId) = await split.ActAsync(server, """{"os-stop":null}""");
        await stopping.Task;

        await split.KillAsync("b");

        await split.UntilIdleAsync(server);
        Assert.Equal(Outcomes.Failed, (await split.ActionAsync(server, requestId)).Action.Outcome);
        Assert.Equal(503, (await split.ActAsync(server, """{"os-getConsoleOutput":{}}""")).Status);
        await split.DeleteAsync(server);
        Assert.Equal(VmStates.Deleted, (await split.ServerAsync(server)).VmState);
    }

    [Fact]
    public async Task Actions_fail_on_a_host_that_cannot_reach_its_hypervisor()
    {
        await using var split = await HostsCloud.StartAsync(
            [new HostNode("a") { Roles = NodeRoles.Api | NodeRoles.Conductor },
                new HostNode("b") { Roles = NodeRoles.Compute }], ("Actions:Attempts", "1"));
        var server = await split.CreateServerAsync("b");
        await split.KillAsync("b");
        split["b"].Connected = Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        await split.StartAsync("b");
        await split.UntilAsync(async () => (await split.ActAsync(server, """{"os-stop":null}""")).Status == 202);

        await split.UntilIdleAsync(server);

        var failed = (await split.ActionsAsync(server))[0];
        Assert.Equal((ActionNames.Stop, Outcomes.Failed), (failed.Action, failed.Outcome));
    }

    [Fact]
    public async Task A_new_server_is_put_on_a_host_that_is_up()
    {
        await cloud.KillAsync("b");
        for (var i = 0; i < 3; i++)
            Assert.Equal("a", (await cloud.ServerAsync(await cloud.CreateServerAsync())).Host);
    }

    [Fact]
    public async Task A_shelved_server_whose_disk_is_on_a_host_that_is_gone_waits_for_it()
    {
        var server = await cloud.CreateServerAsync("b");
        await cloud.DoAsync(server, """{"shelve":null}""");
        await cloud.KillAsync("b");

        Assert.Equal(409, (await cloud.ActAsync(server, """{"unshelve":null}""")).Status);

        await cloud.StartAsync("b");
        await cloud.UntilAsync(
            async () => (await cloud.ActAsync(server, """{"unshelve":{"host":"a"}}""")).Status == 202);
        await cloud.UntilIdleAsync(server);
        Assert.Equal("a", (await cloud.ServerAsync(server)).Host);
        await cloud.AssertWholeAsync(server);
    }
}
