using System.Text.Json.Nodes;
using Kiroku.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Paused and suspended servers on real machines: what their guests notice, and the effect of a crash of the service.
/// </summary>
public sealed class HoldingTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [Theory]
    [InlineData("pause", "unpause", "PAUSED", MachineState.Paused)]
    [InlineData("suspend", "resume", "SUSPENDED", MachineState.Off)]
    public async Task A_guest_goes_on_where_it_was_paused(string hold, string goOn, string status, MachineState state)
    {
        var server = await NewServerAsync();
        var before = await server.BootedAsync();
        var shown = await HoldAsync(server, hold, status);
        Assert.Equal((int)state, (int)shown["OS-EXT-STS:power_state"]!);
        Assert.Equal(state, await server.MachineAsync());
        await Service.KillAsync();
        await Service.EnsureStartedAsync();
        Assert.Equal(status, (string)(await server.ShowAsync())["status"]!);
        var record = await server.RecordAsync(await server.DoAsync(goOn, "ACTIVE"));
        Assert.Equal([$"compute_{goOn}_instance"], record.Events.Select(item => item.Name));
        Assert.Equal(MachineState.Running, await server.MachineAsync());

        // It still hears its power button, and has not been started again.
        await server.DoAsync("os-stop", "SHUTOFF");
        Assert.Equal(before, Assert.Single(Guest.ReadAll(await server.ConsoleAsync())));
    }

    [LongFact("it boots twice; the API has tests in process")]
    public async Task A_hard_reboot_of_a_suspended_server_starts_it_afresh()
    {
        var server = await NewServerAsync();
        var before = await server.BootedAsync();
        await HoldAsync(server, "suspend", "SUSPENDED");
        await server.DoAsync("""{"reboot": {"type": "HARD"} }""", "ACTIVE");
        Assert.Equal(before.Boots + 1, (await server.BootedAsync(before)).Boots);
    }

    [Fact]
    public async Task A_suspension_that_is_killed_goes_on()
    {
        var server = await NewServerAsync();
        var before = await server.BootedAsync();
        var request = await server.ActAsync("suspend");
        await Service.KillAsync();
        await Service.EnsureStartedAsync();
        await server.SettledAsync("SUSPENDED");
        Assert.Null((await server.RecordAsync(request)).Message);
        await server.DoAsync("resume", "ACTIVE");
        await server.DoAsync("os-stop", "SHUTOFF");
        Assert.Equal(before, Assert.Single(Guest.ReadAll(await server.ConsoleAsync())));
    }

    [Fact]
    public async Task A_rescued_server_runs_from_another_disk_beside_its_own_and_goes_back_to_it()
    {
        var server = await NewServerAsync();
        var before = await server.BootedAsync();
        await server.DoAsync("rescue", "RESCUE");
        var rescued = await server.BootedAsync(before);
        Assert.Equal((3, 1), (rescued.Disks, rescued.Boots));
        Assert.NotEqual(before.DiskId, rescued.DiskId);
        await Service.KillAsync();
        await Service.EnsureStartedAsync();
        await server.DoAsync("unrescue", "ACTIVE");
        var after = await server.BootedAsync(rescued);
        Assert.Equal((before.DiskId, 2, before.Boots + 1), (after.DiskId, after.Disks, after.Boots));
        Assert.Single(server.Disks());
    }

    private static async Task<JsonObject> HoldAsync(TestServer server, string action, string status)
    {
        await server.ActAsync(action);
        return await server.SettledAsync(status);
    }
}
