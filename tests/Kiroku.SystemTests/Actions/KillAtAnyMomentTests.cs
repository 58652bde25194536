using Kiroku.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// kill -9 of the service at many moments of every action. Takes long, so it runs only with all tests.
/// </summary>
public sealed class KillAtAnyMomentTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string Resize = """{"resize": {"flavorRef": "84"} }""";

    [LongTheory("it takes a quarter of an hour")]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(150)]
    [InlineData(350)]
    [InlineData(700)]
    [InlineData(1200)]
    [InlineData(2500)]
    public async Task Every_action_ends_well_though_the_service_is_killed_after_that_many_milliseconds(int moment)
    {
        var server = await NewServerAsync();
        var first = await server.BootedAsync();
        await DoAsync("os-stop", "SHUTOFF", MachineState.Off);
        await DoAsync("os-start", "ACTIVE", MachineState.Running);
        await DoAsync("""{"reboot": {"type": "SOFT"} }""", "ACTIVE", MachineState.Running);
        await DoAsync("shelve", "SHELVED_OFFLOADED", MachineState.Absent);
        await DoAsync("unshelve", "ACTIVE", MachineState.Running);
        await DoAsync(Resize, "VERIFY_RESIZE", MachineState.Running, disks: 2);
        await DoAsync("revertResize", "ACTIVE", MachineState.Running);
        await DoAsync(Resize, "VERIFY_RESIZE", MachineState.Running, disks: 2);
        await DoAsync("confirmResize", "ACTIVE", MachineState.Running);
        var last = await server.BootedAsync(first);
        Assert.Equal(first.DiskId, last.DiskId);
        var rebuild = $$"""{"rebuild": {"imageRef": "{{await Service.GuestImageIdAsync()}}"} }""";
        await DoAsync(rebuild, "ACTIVE", MachineState.Running);
        await Poll.UntilAsync(
            "a guest on a fresh disk", async () => (await server.BootedAsync(last)).DiskId != first.DiskId);

        async Task DoAsync(string action, string status, MachineState machine, int disks = 1)
        {
            var request = await server.ActAsync(action);
            await Task.Delay(moment);
            await Service.KillAsync();
            await Service.EnsureStartedAsync();
            await server.SettledAsync(status, TimeSpan.FromSeconds(120));
            var record = await server.RecordAsync(request);
            Assert.Null(record.Message);
            Assert.DoesNotContain(record.Events, item => item.Finish is null);
            Assert.All(
                record.Events.GroupBy(item => item.Name), attempts => Assert.Equal("Success", attempts.Last().Result));
            Assert.Equal(request, (string)(await server.ActionsAsync())[0]["request_id"]!);
            Assert.Equal(machine, await server.MachineAsync());
            await Poll.UntilAsync($"{disks} disks", () => Task.FromResult(server.Disks().Count() == disks));
        }
    }
}
