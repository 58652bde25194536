using Kiroku.Hypervisors;
using Kiroku.Servers;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>Hosts that die, are cut off, and come back.</summary>
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
        // What ran there goes on.
        Assert.Equal(MachineState.Running, cloud["b"].Host.Machines[server].State);

        await cloud.StartAsync("b");

        await cloud.UntilAsync(async () => (await cloud.ActAsync(server, """{"os-stop":null}""")).Status == 202);
        await cloud.UntilIdleAsync(server);
        Assert.Equal(MachineState.Off, cloud["b"].Host.Machines[server].State);
        await cloud.AssertWholeAsync(server);
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
        await cloud.SweepAsync();
        // Kept, whatever is swept.
        Assert.Equal([Disks.ConfigOf(server, 1), Disks.NameOf(server, 1)], cloud["b"].Host.DisksOf(server));
    }

    [Fact]
    public async Task A_new_server_is_put_on_a_host_that_is_there()
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
        await cloud.UntilAsync(async () => (await cloud.ActAsync(server, """{"unshelve":{"host":"a"}}""")).Status == 202);
        await cloud.UntilIdleAsync(server);
        Assert.Equal("a", (await cloud.ServerAsync(server)).Host);
        await cloud.AssertWholeAsync(server);
    }
}
