using Kiroku.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>delete and a hard reboot take over from a running action, and achieve what it could not.</summary>
public sealed class TakeoverTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [LongFact("a frozen QEMU takes a minute to end, as in the deletion below")]
    public async Task A_hard_reboot_takes_over_a_soft_one_that_its_guest_does_not_hear()
    {
        var server = await NewServerAsync();
        var guest = await server.BootedAsync();
        await Service.FreezeAsync(Service.QemuOf(server.Id));
        var soft = await server.ActAsync("""{"reboot": {"type": "SOFT"} }""");
        await server.OpenedAsync(soft, "compute_reboot_instance");
        var hard = await server.ActAsync("""{"reboot": {"type": "HARD"} }""");
        await ExpectSupersededAsync(server, soft, "reboot");
        await server.SettledAsync("ACTIVE", TimeSpan.FromSeconds(90));
        var record = await server.RecordAsync(hard);
        Assert.Null(record.Message);
        Assert.Equal(["compute_reboot_instance Success"], record.Results);
        var rebooted = await server.BootedAsync(guest);
        Assert.Equal((guest.DiskId, 2), (rebooted.DiskId, rebooted.Boots));
    }

    [Fact]
    public async Task A_server_whose_machine_hangs_is_deleted_in_the_middle_of_its_stop()
    {
        var server = await NewServerAsync();
        await server.BootedAsync();
        await Service.FreezeAsync(Service.QemuOf(server.Id));
        var stop = await server.ActAsync("os-stop");
        await server.OpenedAsync(stop, "compute_stop_instance");
        await DeleteAsync(server, stop, "compute_stop_instance");
    }

    [Fact]
    public async Task A_server_is_deleted_in_the_middle_of_a_copy()
    {
        var server = await NewStoppedServerAsync();
        var disk = Path.Combine(Service.VolumesFolder, server.Disks().Single());
        await Hypervisors.Commands.RunAsync("qemu-io", "-c", "write -q -P 7 64M 700M", disk);
        var resize = await server.ActAsync("""{"resize": {"flavorRef": "84"} }""");
        await Poll.UntilAsync("the copy to be half made",
            () => Task.FromResult(server.Disks().Any(file => file.EndsWith(".half", StringComparison.Ordinal))));
        await DeleteAsync(server, resize, "compute_resize_instance");
    }

    private async Task DeleteAsync(TestServer server, string overtaken, string step)
    {
        var answer = await Service.Demo.SendAsync(HttpMethod.Delete, $"/v2.1/servers/{server.Id}");
        Assert.Equal(204, answer.Status);
        await ExpectSupersededAsync(server, overtaken, "delete");
        await Poll.UntilAsync("the server to be gone",
            async () => (await Service.Demo.GetAsync($"/v2.1/servers/{server.Id}")).Status == 404,
            TimeSpan.FromSeconds(90));
        Assert.Equal(MachineState.Absent, await server.MachineAsync());
        Assert.Empty(server.Disks());
        Assert.Equal("Error", (await server.RecordAsync(overtaken)).Of(step).Single().Result);
        var delete = await server.RecordAsync(answer.RequestId!);
        Assert.Null(delete.Message);
        Assert.Equal(["compute_terminate_instance Success"], delete.Results);
    }

    private static async Task ExpectSupersededAsync(TestServer server, string request, string by)
    {
        var record = await server.RecordAsync(request);
        Assert.Equal("Error", record.Message);
        Assert.DoesNotContain(record.Events, item => item.Finish is null);
        Assert.Equal(("Error", $"superseded by {by}"), (record.Events[^1].Result, record.Events[^1].Details));
    }
}
