using System.Text.Json.Nodes;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Cluster;

/// <summary>
/// The nine actions on real guests over three hosts: resize, revert and unshelve really change the host, and the disk
/// moves with them.
/// </summary>
public sealed class ThreeHostsTests : IAsyncLifetime
{
    private const string Resize = """{"resize": {"flavorRef": "84"} }""";

    private ThreeHosts hosts = null!;
    private string server = "";

    public async ValueTask InitializeAsync() => hosts = await ThreeHosts.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(hosts.Output);
        await hosts.DisposeAsync();
    }

    [Fact]
    public async Task A_server_does_each_action_over_three_hosts_and_takes_its_disk_along()
    {
        await CreateAsync();
        var guest = await BootedAsync();
        var home = await HostAsync();
        Assert.Equal(1, guest.Boots);

        await DoAsync("""{"os-stop": null}""", "stop", "SHUTOFF", wasStopped: false);
        await DoAsync("""{"os-start": null}""", "start", "ACTIVE", wasStopped: true);
        guest = await BootedAsync(guest, boots: 2);
        await DoAsync("""{"reboot": {"type": "SOFT"} }""", "reboot", "ACTIVE", wasStopped: false);
        guest = await BootedAsync(guest, boots: 3);
        Assert.Equal(home, await HostAsync());

        var resize = await DoAsync(Resize, "resize", "VERIFY_RESIZE", wasStopped: false);
        var larger = await BootedAsync(guest, boots: 4);
        var there = await HostAsync();
        Assert.NotEqual(home, there);
        Assert.Equal((there, home, there),
            (HostOf(resize, "compute_prep_resize"), HostOf(resize, "compute_resize_instance"),
                HostOf(resize, "compute_finish_resize")));
        Assert.Equal((guest.DiskId, 2), (larger.DiskId, larger.Vcpus));

        var revert = await DoAsync("""{"revertResize": null}""", "revertResize", "ACTIVE", wasStopped: false);
        var reverted = await BootedAsync(larger, boots: 4);
        Assert.Equal((home, there, home),
            (await HostAsync(), HostOf(revert, "compute_revert_resize"),
                HostOf(revert, "compute_finish_revert_resize")));
        Assert.Equal((guest.DiskId, 1), (reverted.DiskId, reverted.Vcpus));
        Assert.Empty(hosts.DisksOn(there, server));

        await DoAsync(Resize, "resize", "VERIFY_RESIZE", wasStopped: false);
        larger = await BootedAsync(reverted, boots: 5);
        there = await HostAsync();
        var confirm = await DoAsync("""{"confirmResize": null}""", "confirmResize", "ACTIVE", wasStopped: false);
        Assert.Equal(home, HostOf(confirm, "compute_confirm_resize"));
        Assert.Empty(hosts.DisksOn(home, server));

        await DoAsync("""{"shelve": null}""", "shelve", "SHELVED_OFFLOADED", wasStopped: false);
        Assert.Empty(ThreeHosts.MachinesOf(server));
        var unshelve = await DoAsync(
            $$"""{"unshelve": {"host": "{{home}}"} }""", "unshelve", "ACTIVE", wasStopped: false);
        var unshelved = await BootedAsync(larger, boots: 6);
        Assert.Equal((home, home), (await HostAsync(), HostOf(unshelve, "compute_unshelve_instance")));
        Assert.Equal(guest.DiskId, unshelved.DiskId);
        Assert.Empty(hosts.DisksOn(there, server));
        Assert.Single(ThreeHosts.MachinesOf(server));

        // The guest image is on another node, and a host that needs it fetches it.
        var image = (string)(await hosts.Demo.ReadAsync("/image/v2/images?name=kiroku-guest"))["images"]![0]!["id"]!;
        await DoAsync($$"""{"rebuild": {"imageRef": "{{image}}"} }""", "rebuild", "ACTIVE", wasStopped: false);
        var rebuilt = await BootedAsync(unshelved, boots: 1);
        Assert.NotEqual(guest.DiskId, rebuilt.DiskId);

        Assert.Equal(204, (await hosts.Demo.SendAsync(HttpMethod.Delete, $"/v2.1/servers/{server}")).Status);
        await Poll.UntilAsync(
            "the server to be gone", async () => (await hosts.Demo.GetAsync($"/v2.1/servers/{server}")).Status == 404);
        Assert.Empty(ThreeHosts.MachinesOf(server));
        Assert.All(new[] { "a", "b", "c" }, host => Assert.Empty(hosts.DisksOn(host, server)));
    }

    [Fact]
    public async Task A_host_whose_process_is_killed_keeps_its_guests_and_its_actions_end()
    {
        await CreateAsync();
        var guest = await BootedAsync();
        var home = await HostAsync();
        var other = new[] { "a", "b", "c" }.First(name => name != home);
        var machine = Assert.Single(ThreeHosts.MachinesOf(server));
        await hosts.SignInAsync(other);
        Assert.Equal(202, (await ActAsync("""{"reboot": {"type": "SOFT"} }""")).Status);

        await hosts.KillAsync(home);

        await Poll.UntilAsync(
            "the host to be noticed", async () => (await ActAsync("""{"os-stop": null}""")).Status == 409
            && (await hosts.Admin.ReadAsync("/v2.1/os-services", "2.53"))["services"]!.AsArray().Any(
                service => (string)service!["host"]! == home && (string)service["state"]! == "down"));
        await Poll.UntilAsync("the action to end", async () => (await ShowAsync())["OS-EXT-STS:task_state"] is null,
            explain: () => Task.FromResult(hosts.Output));
        Assert.True(ThreeHosts.MachinesOf(server).Count <= 1);

        await hosts.StartAsync(home);
        await Poll.UntilAsync("the host to be back",
            async () => (await ActAsync("""{"reboot": {"type": "HARD"} }""")).Status == 202,
            explain: () => Task.FromResult(hosts.Output));
        await Poll.UntilAsync("the server to run",
            async ()
                => (string)(await ShowAsync())["status"]! == "ACTIVE"
                && (await ShowAsync())["OS-EXT-STS:task_state"] is null);
        var again = await BootedAsync(guest);
        Assert.Equal(guest.DiskId, again.DiskId);
        Assert.NotEqual(machine, Assert.Single(ThreeHosts.MachinesOf(server)));
    }

    [LongFact("it starts three hosts once more; MovingTests has the failure")]
    public async Task A_host_whose_disk_fills_up_while_a_server_moves_there_leaves_it_where_it_was()
    {
        SmallDisk.RequireRoot();
        await CreateAsync();
        var guest = await BootedAsync();
        var home = await HostAsync();
        var there = new[] { "a", "b", "c" }.First(name => name != home);
        var migrate = $$"""{"migrate": {"host": "{{there}}"} }""";
        var disks = hosts.DisksOn(home, server).ToList();
        var disk = hosts.SmallDiskOf(there);
        await disk.MountAsync(96);
        try
        {
            await disk.FillAsync(leaving: 4 << 20);
            var failing = await ActAsync(migrate);
            Assert.Equal(202, failing.Status);
            await SettledAsync("ERROR");

            var events =
                (await hosts.Demo.ReadAsync($"/v2.1/servers/{server}/os-instance-actions/{failing.RequestId}",
                    "2.84"))["instanceAction"]!["events"]!.AsArray();
            var failed = events.Where(item => (string)item!["result"]! == "Error").ToList();
            Assert.Equal(
                Enumerable.Repeat("compute_resize_instance", 3), failed.Select(item => (string)item!["event"]!));
            Assert.All(
                failed, item => Assert.Contains("disk is full", (string)item!["details"]!, StringComparison.Ordinal));
            Assert.Equal(home, await HostAsync());
            Assert.Equal(disks, hosts.DisksOn(home, server));
            Assert.Empty(hosts.DisksOn(there, server));
        }
        finally
        {
            await disk.UnmountAsync();
        }
        await DoAsync("""{"reboot": {"type": "HARD"} }""", "reboot", "ACTIVE", wasStopped: false);
        guest = await BootedAsync(guest, boots: 2);
        Assert.Equal(202, (await ActAsync(migrate)).Status);
        await SettledAsync("VERIFY_RESIZE");
        Assert.Equal((there, guest.DiskId), (await HostAsync(), (await BootedAsync(guest, boots: 3)).DiskId));
    }

    private async Task CreateAsync()
    {
        var image = (string)(await hosts.Demo.ReadAsync("/image/v2/images?name=kiroku-guest"))["images"]!.AsArray()
            .Single()!["id"]!;
        var answer = await hosts.Demo.PostAsync(
            "/v2.1/servers", $$"""{"server": {"name": "three", "flavorRef": "42", "imageRef": "{{image}}"} }""");
        Assert.True(answer.Status == 202, answer.Text);
        server = (string)answer.Json["server"]!["id"]!;
        await SettledAsync("ACTIVE");
    }

    private Task<Answer> ActAsync(string body) => hosts.Admin.PostAsync($"/v2.1/servers/{server}/action", body, "2.91");

    /// <summary>Performs an action, and compares its record with the example, whatever hosts were involved.</summary>
    /// <returns>The record as administrators see it.</returns>
    private async Task<JsonObject> DoAsync(string body, string action, string status, bool wasStopped)
    {
        var answer = await ActAsync(body);
        Assert.True(answer.Status is 202 or 204, $"{body}: {answer.Status} {answer.Text}");
        await SettledAsync(status);
        var path = $"servers/{server}/os-instance-actions/{answer.RequestId}";
        SeedRecord.Of(action).Check(await hosts.Demo.ReadAsync($"/v2/{hosts.Demo.ProjectId}/{path}"), wasStopped);
        return (await hosts.Admin.ReadAsync($"/v2.1/{path}", "2.84"))["instanceAction"]!.AsObject();
    }

    private static string? HostOf(JsonObject record, string step)
        => (string?)record["events"]!.AsArray().Single(item => (string)item!["event"]! == step)!["host"];

    private async Task<string> HostAsync() => (string)(await ShowAsync())["OS-EXT-SRV-ATTR:host"]!;

    private async Task<JsonObject> ShowAsync()
        => (await hosts.Admin.ReadAsync($"/v2.1/servers/{server}"))["server"]!.AsObject();

    private Task SettledAsync(string status) => Poll.UntilAsync(
        $"{server} to be {status}",
        async ()
            => await ShowAsync() is var shown && (string)shown["status"]! == status
            && shown["OS-EXT-STS:task_state"] is null,
        explain: async () => $"{await ShowAsync()}\n{hosts.Output}");

    private async Task<Guest> BootedAsync(Guest? before = null, int? boots = null)
    {
        var guest = await Poll.ForAsync(
            $"the guest of {server}",
            async () =>
            {
                var answer = await ActAsync("""{"os-getConsoleOutput": {} }""");
                return answer.Status == 200 && Guest.ReadAll((string)answer.Json["output"]!) is [.., var last]
                    && last.BootId != before?.BootId ? last : null;
            },
            explain: () => Task.FromResult(hosts.Output));
        if (boots is not null)
            Assert.Equal(boots, guest.Boots);
        return guest;
    }
}
