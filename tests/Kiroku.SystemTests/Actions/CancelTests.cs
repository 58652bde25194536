using System.Diagnostics;
using Kiroku.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>Actions on real machines are cancelled in their middle, and nothing of them is left.</summary>
public sealed class CancelTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string Resize = """{"resize": {"flavorRef": "84"} }""";
    private const string Copy = "compute_resize_instance";

    /// <summary>A stop waits a minute for such a guest.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_stop_whose_guest_does_not_hear_ends_at_once_and_the_machine_goes_on()
    {
        var server = await NewDeafServerAsync();
        var request = await server.ActAsync("os-stop");
        await server.OpenedAsync(request, "compute_stop_instance");
        var began = Stopwatch.GetTimestamp();
        await CancelAsync(server, request, "ACTIVE");
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, AtOnce);
        Assert.Equal(MachineState.Running, await server.MachineAsync());
    }

    [Fact]
    public async Task A_resize_that_waits_for_its_guest_leaves_the_machine_running()
    {
        var server = await NewDeafServerAsync();
        var disks = server.Disks();
        var request = await server.ActAsync(Resize);
        await server.OpenedAsync(request, Copy);
        await CancelAsync(server, request, "ACTIVE");
        Assert.Equal(MachineState.Running, await server.MachineAsync());
        Assert.Equal(disks, server.Disks());
    }

    [Fact]
    public async Task A_resize_in_the_middle_of_its_copy_starts_the_guest_from_its_disk_again()
    {
        var server = await NewStoppedServerAsync();
        var disk = Path.Combine(Service.VolumesFolder, server.Disks().Single());
        await Hypervisors.Commands.RunAsync("qemu-io", "-c", "write -q -P 7 64M 700M", disk);
        await server.DoAsync("os-start", "ACTIVE");
        var before = await server.BootedAsync();
        var request = await server.ActAsync(Resize);
        await Poll.UntilAsync("the copy to be half made",
            () => Task.FromResult(server.Disks().Any(file => file.EndsWith(".half", StringComparison.Ordinal))));
        await CancelAsync(server, request, "ACTIVE");
        Assert.Equal([Path.GetFileName(disk)], server.Disks());
        var after = await server.BootedAsync(before);
        Assert.Equal((before.DiskId, before.Boots + 1), (after.DiskId, after.Boots));
        await server.DoAsync(Resize, "VERIFY_RESIZE");
    }

    /// <summary>With its daemon frozen the host does not say what room it has, and the create waits.</summary>
    [Fact]
    public async Task A_create_leaves_no_machine_and_no_disk()
    {
        var image = await Service.GuestImageIdAsync();
        await Service.FreezeAsync(Service.DaemonId);
        var server = await BeginServerAsync(image: image);
        var cancelling = CancelAsync(server, server.CreateRequest, "ERROR");
        await Service.ThawAsync();
        await cancelling;
        Assert.Equal(MachineState.Absent, await server.MachineAsync());
        Assert.Empty(server.Disks());
        await server.DeleteAsync();
    }

    /// <summary>A server without a system, which takes no notice of its power button.</summary>
    private async Task<TestServer> NewDeafServerAsync()
    {
        var server = await BeginServerAsync(image: await Service.Demo.AddImageAsync("empty", "raw", new byte[1 << 20]));
        await server.SettledAsync("ACTIVE");
        return server;
    }

    /// <summary>Cancels an action, and waits until its server has that status and the record says who did it.</summary>
    private async Task CancelAsync(TestServer server, string request, string status)
    {
        var answer = await Service.Demo.PostAsync($"/actions/v1/servers/{server.Id}/actions/{request}/cancel", "{}");
        Assert.True(answer.Status == 202, answer.Text);
        await server.SettledAsync(status);
        var record = await server.RecordAsync(request);
        Assert.Equal("Error", record.Message);
        Assert.DoesNotContain(record.Events, item => item.Finish is null);
        var user = (string)record.Action["user_id"]!;
        Assert.Equal(("Error", $"Cancelled by user {user}."), (record.Events[^1].Result, record.Events[^1].Details));
    }
}
