using System.Diagnostics;
using Kiroku.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// kill -9 of the service in the middle of an action. After the next start the same action continues and ends well,
/// the interrupted attempt is an Error in its record, and nothing is left over.
/// </summary>
/// <remarks>A hung QEMU or libvirtd holds the action in the middle of the step until the service is dead.</remarks>
public sealed class KillTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string Resize = """{"resize": {"flavorRef": "84"} }""";

    [Theory]
    [InlineData("os-stop", "compute_stop_instance", "SHUTOFF")]
    [InlineData("""{"reboot": {"type": "SOFT"} }""", "compute_reboot_instance", "ACTIVE")]
    [InlineData("shelve", "compute_shelve_offload_instance", "SHELVED_OFFLOADED")]
    [InlineData(Resize, "compute_resize_instance", "VERIFY_RESIZE")]
    public async Task A_killed_action_on_a_running_server_goes_on(string action, string step, string status)
    {
        var server = await NewServerAsync();
        var guest = await server.BootedAsync();
        await Service.FreezeAsync(Service.QemuOf(server.Id));
        var request = await server.ActAsync(action);
        await server.OpenedAsync(request, step);
        await KillAndStartAsync();
        await ExpectWentOnAsync(server, request, step, status);
        if (status is "ACTIVE" or "VERIFY_RESIZE")
            Assert.Equal(guest.DiskId, (await server.BootedAsync(guest)).DiskId);
    }

    [Fact]
    public async Task A_killed_start_goes_on()
    {
        var server = await NewStoppedServerAsync();
        var guest = await server.BootedAsync();
        var request = await KillDuringAsync(server, "os-start", "compute_start_instance");
        await ExpectWentOnAsync(server, request, "compute_start_instance", "ACTIVE");
        ExpectSameDisk(guest, await server.BootedAsync(guest), boots: 2);
    }

    [Fact]
    public async Task A_killed_rebuild_of_a_stopped_server_goes_on()
    {
        var server = await NewStoppedServerAsync();
        var guest = await server.BootedAsync();
        var rebuild = $$"""{"rebuild": {"imageRef": "{{await Service.GuestImageIdAsync()}}"} }""";
        var request = await KillDuringAsync(server, rebuild, "compute_rebuild_instance");
        await ExpectWentOnAsync(server, request, "compute_rebuild_instance", "SHUTOFF");
        Assert.Equal("Success", Assert.Single((await server.RecordAsync(request)).Of("compute_stop_instance")).Result);
        await server.DoAsync("os-start", "ACTIVE");
        var rebuilt = await server.BootedAsync(guest);
        Assert.NotEqual(guest.DiskId, rebuilt.DiskId);
    }

    [LongFact("six boots and kills; KillTests in process kills at many moments")]
    public async Task A_killed_confirm_and_a_killed_revert_go_on()
    {
        var server = await NewStoppedServerAsync();
        var guest = await server.BootedAsync();
        await server.DoAsync(Resize, "VERIFY_RESIZE");
        var revert = await KillDuringAsync(server, "revertResize", "compute_revert_resize");
        await ExpectWentOnAsync(server, revert, "compute_revert_resize", "SHUTOFF");
        await server.DoAsync(Resize, "VERIFY_RESIZE");
        var confirm = await KillDuringAsync(server, "confirmResize", "compute_confirm_resize");
        await ExpectWentOnAsync(server, confirm, "compute_confirm_resize", "SHUTOFF");
        await server.DoAsync("os-start", "ACTIVE");
        ExpectSameDisk(guest, await server.BootedAsync(guest), boots: 2);
    }

    [LongFact("it boots twice; KillTests in process kills at many moments")]
    public async Task A_killed_unshelve_goes_on()
    {
        var server = await NewStoppedServerAsync();
        var guest = await server.BootedAsync();
        await server.DoAsync("shelve", "SHELVED_OFFLOADED");
        var request = await KillDuringAsync(server, "unshelve", "schedule_instances");
        await ExpectWentOnAsync(server, request, "schedule_instances", "ACTIVE");
        ExpectSameDisk(guest, await server.BootedAsync(guest), boots: 2);
    }

    [Fact]
    public async Task A_resize_that_is_killed_while_it_copies_goes_on_and_leaves_no_half_copy()
    {
        var server = await NewStoppedServerAsync();
        var guest = await server.BootedAsync();
        var disk = Path.Combine(Service.VolumesFolder, server.Disks().Single());
        await Hypervisors.Commands.RunAsync("qemu-io", "-c", "write -q -P 7 64M 700M", disk);
        var request = await server.ActAsync(Resize);
        await Poll.UntilAsync("the copy to be half made",
            () => Task.FromResult(server.Disks().Any(file => file.EndsWith(".half", StringComparison.Ordinal))));
        await Service.KillAsync();
        // libvirt continues the copy, and refuses to delete a volume that is being made.
        await Poll.UntilAsync(
            "the copy to have ended", () => Task.FromResult(Process.GetProcessesByName("qemu-img").Length == 0));
        await Service.EnsureStartedAsync();
        await ExpectWentOnAsync(server, request, "compute_resize_instance", "VERIFY_RESIZE");
        Assert.Equal(2, server.Disks().Count());
        await server.DoAsync("confirmResize", "SHUTOFF");
        await server.DoAsync("os-start", "ACTIVE");
        ExpectSameDisk(guest, await server.BootedAsync(guest), boots: 2);
    }

    /// <summary>Kills the service while a hung libvirtd holds the action in that step, and starts it again.</summary>
    private async Task<string> KillDuringAsync(TestServer server, string action, string step)
    {
        await Service.FreezeAsync(Service.DaemonId);
        var request = await server.ActAsync(action);
        await server.OpenedAsync(request, step);
        await KillAndStartAsync();
        return request;
    }

    private async Task KillAndStartAsync()
    {
        await Service.KillAsync();
        await Service.ThawAsync();
        await Service.EnsureStartedAsync();
    }

    private static async Task ExpectWentOnAsync(TestServer server, string request, string step, string status)
    {
        await Poll.UntilAsync("the interrupted attempt to be closed",
            async () => (await server.RecordAsync(request)).Of(step)[0].Finish is not null);
        var shown = await server.SettledAsync(status);
        var record = await server.RecordAsync(request);
        Assert.Null(record.Message);
        var attempts = record.Of(step);
        Assert.Equal(["Error", "Success"], attempts.Select(item => item.Result));
        Assert.StartsWith("interrupted: ", attempts[0].Details, StringComparison.Ordinal);
        Assert.All(record.Events.Where(item => item != attempts[0]), item => Assert.Equal("Success", item.Result));
        Assert.Equal(request, (string)(await server.ActionsAsync())[0]["request_id"]!);
        await ExpectTidyAsync(server, shown);
    }

    /// <summary>Checks that the machine agrees with its server, and that the pool holds only the volumes that the row
    /// names.</summary>
    private static async Task ExpectTidyAsync(TestServer server, System.Text.Json.Nodes.JsonObject shown)
    {
        var (machine, disks) = (string)shown["status"]! switch
        {
            "SHELVED_OFFLOADED" => (MachineState.Absent, 1),
            "VERIFY_RESIZE" => ((MachineState)(int)shown["OS-EXT-STS:power_state"]!, 2),
            "ACTIVE" => (MachineState.Running, 1),
            _ => (MachineState.Off, 1),
        };
        Assert.Equal(machine, await server.MachineAsync());
        await Poll.UntilAsync("left-over disks to be swept", () => Task.FromResult(server.Disks().Count() == disks),
            explain: () => Task.FromResult(string.Join(' ', server.Disks())));
    }

    private static void ExpectSameDisk(Guest before, Guest after, int boots) =>
        Assert.Equal((before.DiskId, boots), (after.DiskId, after.Boots));
}
