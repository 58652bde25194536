using Kiroku.Hypervisors;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// Changes of machines behind the service's back show in their servers, and are recorded without a user.
/// </summary>
public sealed class MachinesByThemselvesTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [Fact]
    public async Task A_machine_whose_QEMU_is_killed_is_a_stopped_server()
    {
        var server = await NewServerAsync();
        await Commands.SignalAsync("KILL", Service.QemuOf(server.Id));
        await ExpectFollowedAsync(server, "stop", "SHUTOFF");
    }

    [Fact]
    public async Task A_machine_that_libvirt_was_told_to_switch_off_and_on_is_followed()
    {
        var server = await NewServerAsync();
        var first = await server.BootedAsync();
        await Service.AskHypervisorAsync(async hypervisor =>
        {
            await hypervisor.StopAsync(server.Id, TimeSpan.Zero, CancellationToken.None);
            return true;
        });
        await ExpectFollowedAsync(server, "stop", "SHUTOFF");
        await Service.AskHypervisorAsync(async hypervisor =>
        {
            await hypervisor.StartAsync(server.Id, CancellationToken.None);
            return true;
        });
        await ExpectFollowedAsync(server, "start", "ACTIVE");
        Assert.Equal(2, (await server.BootedAsync(first)).Boots);
    }

    [Fact]
    public async Task A_machine_that_died_while_nobody_looked_is_noticed_at_the_next_start()
    {
        var server = await NewServerAsync();
        await Service.KillAsync();
        await Commands.SignalAsync("KILL", Service.QemuOf(server.Id));
        await Service.EnsureStartedAsync();
        await ExpectFollowedAsync(server, "stop", "SHUTOFF");
    }

    [Fact]
    public async Task A_machine_that_died_while_an_action_failed_is_noticed_after_it()
    {
        var server = await NewServerAsync();
        var qemu = Service.QemuOf(server.Id);
        await Service.FreezeAsync(Service.DaemonId);
        var request = await server.ActAsync("""{"resize": {"flavorRef": "1"} }""");
        await server.OpenedAsync(request, "cold_migrate");
        await Commands.SignalAsync("KILL", qemu);
        await Poll.UntilAsync(
            "cold_migrate to fail for good", async () => (await server.RecordAsync(request)).Message is not null);
        await Service.ThawAsync();
        await ExpectFollowedAsync(server, "stop", "SHUTOFF");
    }

    [Fact]
    public async Task Machines_run_on_while_the_service_is_killed_and_are_found_again()
    {
        var server = await NewServerAsync();
        var guest = await server.BootedAsync();
        var qemu = Service.QemuOf(server.Id);
        await Service.KillAsync();
        await Service.EnsureStartedAsync();
        await server.SettledAsync("ACTIVE");
        Assert.Equal(qemu, Service.QemuOf(server.Id));
        Assert.Equal(guest, Guest.ReadAll(await server.ConsoleAsync()).Single());
        var action = Assert.Single(await server.ActionsAsync());
        Assert.Equal("create", (string)action["action"]!);
        await server.DoAsync("os-stop", "SHUTOFF");
        Assert.Equal(MachineState.Off, await server.MachineAsync());
    }

    private static async Task ExpectFollowedAsync(TestServer server, string action, string status)
    {
        var shown = await server.SettledAsync(status);
        Assert.Equal(status == "ACTIVE" ? 1 : 4, (int)shown["OS-EXT-STS:power_state"]!);
        var newest = (await server.ActionsAsync())[0];
        Assert.Equal((action, null, null, null),
            ((string?)newest["action"], (string?)newest["user_id"], (string?)newest["project_id"],
                (string?)newest["message"]));
        var record = await server.RecordAsync((string)newest["request_id"]!);
        Assert.Equal([$"compute_{action}_instance Success"], record.Results);
    }
}
