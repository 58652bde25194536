using Kiroku.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// The nine actions on a running server and on a stopped one. Each record equals the specification's example, and the
/// guest itself confirms the effect.
/// </summary>
public sealed class NineActionsTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string Resize = """{"resize": {"flavorRef": "84"} }""";
    private const long GiB = 1024L * 1024 * 1024;

    [Fact]
    public async Task A_running_server_does_each_action_and_records_it()
    {
        var server = await NewServerAsync();
        var first = await server.BootedAsync();
        ExpectFlavor(first, vcpus: 1, memoryMiB: 128, diskGiB: 1);
        Assert.Equal((1, server.Id.ToString()), (first.Boots, first.Uuid));

        await DoAsync(server, "os-stop", "stop", "SHUTOFF", wasStopped: false);
        await DoAsync(server, "os-start", "start", "ACTIVE", wasStopped: true);
        var second = await server.BootedAsync(first);
        ExpectSameDisk(first, second, boots: 2);
        await DoAsync(server, """{"reboot": {"type": "SOFT"} }""", "reboot", "ACTIVE", wasStopped: false);
        var third = await server.BootedAsync(second);
        ExpectSameDisk(first, third, boots: 3);
        await DoAsync(server, """{"reboot": {"type": "HARD"} }""", "reboot", "ACTIVE", wasStopped: false);
        var fourth = await server.BootedAsync(third);
        ExpectSameDisk(first, fourth, boots: 4);

        await DoAsync(server, await RebuildAsync(), "rebuild", "ACTIVE", wasStopped: false);
        var rebuilt = await server.BootedAsync(fourth);
        Assert.NotEqual(first.DiskId, rebuilt.DiskId);
        Assert.Equal(1, rebuilt.Boots);

        await DoAsync(server, Resize, "resize", "VERIFY_RESIZE", wasStopped: false);
        var larger = await server.BootedAsync(rebuilt);
        ExpectSameDisk(rebuilt, larger, boots: 2);
        ExpectFlavor(larger, vcpus: 2, memoryMiB: 192, diskGiB: 2);
        await DoAsync(server, "revertResize", "revertResize", "ACTIVE", wasStopped: false);
        var reverted = await server.BootedAsync(larger);
        ExpectSameDisk(rebuilt, reverted, boots: 2);
        ExpectFlavor(reverted, vcpus: 1, memoryMiB: 128, diskGiB: 1);
        await DoAsync(server, Resize, "resize", "VERIFY_RESIZE", wasStopped: false);
        var again = await server.BootedAsync(reverted);
        await DoAsync(server, "confirmResize", "confirmResize", "ACTIVE", wasStopped: false);
        ExpectSameDisk(rebuilt, again, boots: 3);
        Assert.Single(server.Disks());

        await DoAsync(server, "shelve", "shelve", "SHELVED_OFFLOADED", wasStopped: false);
        Assert.Equal(MachineState.Absent, await server.MachineAsync());
        await DoAsync(server, "unshelve", "unshelve", "ACTIVE", wasStopped: false);
        var unshelved = await server.BootedAsync(again);
        ExpectSameDisk(rebuilt, unshelved, boots: 4);
        ExpectFlavor(unshelved, vcpus: 2, memoryMiB: 192, diskGiB: 2);
        Assert.Single(server.Disks());
    }

    [Fact]
    public async Task A_stopped_server_does_each_action_that_it_may_and_records_it()
    {
        var server = await NewStoppedServerAsync();
        var first = await server.BootedAsync();
        await DoAsync(server, """{"reboot": {"type": "HARD"} }""", "reboot", "ACTIVE", wasStopped: true);
        var second = await server.BootedAsync(first);
        ExpectSameDisk(first, second, boots: 2);
        await DoAsync(server, "os-stop", "stop", "SHUTOFF", wasStopped: false);

        await DoAsync(server, Resize, "resize", "VERIFY_RESIZE", wasStopped: true);
        Assert.Equal(MachineState.Off, await server.MachineAsync());
        await DoAsync(server, "revertResize", "revertResize", "SHUTOFF", wasStopped: true);
        Assert.Equal(MachineState.Off, await server.MachineAsync());
        await DoAsync(server, Resize, "resize", "VERIFY_RESIZE", wasStopped: true);
        await DoAsync(server, "confirmResize", "confirmResize", "SHUTOFF", wasStopped: true);
        Assert.Equal(MachineState.Off, await server.MachineAsync());
        Assert.Single(server.Disks());

        await DoAsync(server, "shelve", "shelve", "SHELVED_OFFLOADED", wasStopped: true);
        await DoAsync(server, "unshelve", "unshelve", "ACTIVE", wasStopped: true);
        var unshelved = await server.BootedAsync(second);
        ExpectSameDisk(first, unshelved, boots: 3);
        ExpectFlavor(unshelved, vcpus: 2, memoryMiB: 192, diskGiB: 2);

        await DoAsync(server, "os-stop", "stop", "SHUTOFF", wasStopped: false);
        await DoAsync(server, await RebuildAsync(), "rebuild", "SHUTOFF", wasStopped: true);
        Assert.Equal(MachineState.Off, await server.MachineAsync());
        await DoAsync(server, "os-start", "start", "ACTIVE", wasStopped: true);
        var rebuilt = await server.BootedAsync(unshelved);
        Assert.NotEqual(first.DiskId, rebuilt.DiskId);
        Assert.InRange(rebuilt.Boots, 1, 2);
        Assert.Single(server.Disks());
    }

    private async Task<string> RebuildAsync()
        => $$"""{"rebuild": {"imageRef": "{{await Service.GuestImageIdAsync()}}"} }""";

    /// <summary>Performs an action, and compares its record with the example in all forms.</summary>
    private async Task DoAsync(TestServer server, string body, string action, string status, bool wasStopped)
    {
        var request = await server.DoAsync(body, status);
        var seed = SeedRecord.Of(action);
        var path = $"servers/{server.Id}/os-instance-actions/{request}";
        var record = await Service.Demo.ReadAsync($"/v2/{Service.Demo.ProjectId}/{path}");
        seed.Check(record, wasStopped);
        var shown = record["instanceAction"]!;
        Assert.Equal(
            (request, server.Id.ToString(), Service.Demo.ProjectId, Service.Demo.UserId),
            ((string?)shown["request_id"], (string?)shown["instance_uuid"], (string?)shown["project_id"],
                (string?)shown["user_id"]));
        seed.Check(await Service.Demo.ReadAsync($"/v2.1/{path}", "2.51"), wasStopped, leftOut: "traceback");
        seed.Check(await Service.Admin.ReadAsync($"/v2.1/{path}", "2.51"), wasStopped);
    }

    private static void ExpectSameDisk(Guest before, Guest after, int boots)
    {
        Assert.Equal((before.DiskId, boots, before.Uuid), (after.DiskId, after.Boots, after.Uuid));
        Assert.NotEqual(before.BootId, after.BootId);
    }

    /// <summary>The kernel keeps some of the memory to itself before it counts.</summary>
    private static void ExpectFlavor(Guest guest, int vcpus, int memoryMiB, int diskGiB)
    {
        Assert.Equal((vcpus, diskGiB * GiB), (guest.Vcpus, guest.DiskBytes));
        Assert.InRange(guest.MemoryKiB / 1024, memoryMiB * 7 / 10, memoryMiB);
    }
}
