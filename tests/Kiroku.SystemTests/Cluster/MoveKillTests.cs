using System.Diagnostics;
using System.Text.Json.Nodes;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Cluster;

/// <summary>
/// Real guests on three hosts: while a server moves, the working host's process is killed in each step, or frozen for
/// a minute. Takes long, so it runs only with KIROKU_FULL=1. The in-process tests try every moment of every action.
/// </summary>
public sealed class MoveKillTests : IAsyncLifetime
{
    private static readonly string[] Names = ["a", "b", "c"];
    private static readonly TimeSpan Standstill = TimeSpan.FromMinutes(1);
    private ThreeHosts hosts = null!;

    public static TheoryData<string, string> Steps => new()
    {
        { "resize", "compute_prep_resize" },
        { "resize", "compute_resize_instance" },
        { "resize", "compute_finish_resize" },
        { "unshelve", "compute_unshelve_instance" },
    };

    public async ValueTask InitializeAsync()
    {
        hosts = await ThreeHosts.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (hosts is null)
            return;
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(hosts.Output);
        await hosts.DisposeAsync();
    }

    [LongTheory("each takes a minute or two")]
    [MemberData(nameof(Steps))]
    public Task A_move_whose_host_is_killed_in_a_step_ends_with_one_machine_and_no_disk_too_many(
        string action, string step)
        => TryAsync(action, step, at => hosts.KillAsync(at), _ => Task.CompletedTask);

    [LongTheory("each takes a minute or two")]
    [MemberData(nameof(Steps))]
    public Task A_move_whose_host_stands_still_for_a_minute_in_a_step_ends_the_same(string action, string step)
    {
        var stopped = 0L;
        return TryAsync(
            action, step,
            async at =>
            {
                await hosts.SignalAsync(at, "STOP");
                stopped = Stopwatch.GetTimestamp();
            },
            async at =>
            {
                await Poll.UntilAsync("a minute to pass",
                    () => Task.FromResult(Stopwatch.GetElapsedTime(stopped) >= Standstill), Standstill * 2);
                await hosts.SignalAsync(at, "CONT");
                Assert.Equal(1, await hosts.EndedAsync(at));
            });
    }

    private async Task TryAsync(string action, string step, Func<string, Task> strike, Func<string, Task> letGo)
    {
        var server = await CreateAsync();
        var home = (string)(await ShowAsync(server))["OS-EXT-SRV-ATTR:host"]!;
        var body = """{"resize": {"flavorRef": "84"} }""";
        if (action == "unshelve")
        {
            Assert.Equal(202, (await ActAsync(server, """{"shelve": null}""")).Status);
            await RestedAsync(server);
            body = $$"""{"unshelve": {"host": "{{Names.First(name => name != home)}}"} }""";
        }
        var answer = await ActAsync(server, body);
        Assert.Equal(202, answer.Status);

        var at = await Poll.ForAsync(
            $"{step} to begin", async () => HostOf(await RecordAsync(server, answer.RequestId!), step));
        await hosts.SignInAsync(Names.First(name => name != at));
        await strike(at);

        await RestedAsync(server);
        await letGo(at);
        await hosts.StartAsync(at);
        await Poll.UntilAsync("the host to be back",
            async () => (await hosts.Admin.ReadAsync("/v2.1/os-hypervisors"))["hypervisors"]!.AsArray()
            .Count(host => (string)host!["state"]! == "up") == Names.Length);
        await RestedAsync(server);
        var record = await RecordAsync(server, answer.RequestId!);
        Assert.All(record["events"]!.AsArray(), item => Assert.NotNull(item!["finish_time"]));
        Assert.InRange(ThreeHosts.MachinesOf(server).Count, 0, 1);

        Assert.Equal(204, (await hosts.Admin.SendAsync(HttpMethod.Delete, $"/v2.1/servers/{server}")).Status);
        await Poll.UntilAsync(
            "the server to be gone", async () => (await hosts.Admin.GetAsync($"/v2.1/servers/{server}")).Status == 404);
        await Poll.UntilAsync(
            "all its disks to be gone", () => Task.FromResult(Names.All(name => !hosts.DisksOn(name, server).Any())));
        Assert.Empty(ThreeHosts.MachinesOf(server));
    }

    private async Task<string> CreateAsync()
    {
        var image = (string)(await hosts.Admin.ReadAsync("/image/v2/images?name=kiroku-guest"))["images"]!.AsArray()
            .Single()!["id"]!;
        var answer = await hosts.Admin.PostAsync(
            "/v2.1/servers", $$"""{"server": {"name": "moves", "flavorRef": "42", "imageRef": "{{image}}"} }""");
        Assert.Equal(202, answer.Status);
        var server = (string)answer.Json["server"]!["id"]!;
        await RestedAsync(server);
        return server;
    }

    private Task<Answer> ActAsync(string server, string body)
        => hosts.Admin.PostAsync($"/v2.1/servers/{server}/action", body, "2.91");

    private Task RestedAsync(string server) => Poll.UntilAsync(
        $"{server} to be at rest", async () => (await ShowAsync(server))["OS-EXT-STS:task_state"] is null,
        TimeSpan.FromMinutes(3), () => Task.FromResult(hosts.Output));

    private async Task<JsonObject> ShowAsync(string server)
        => (await hosts.Admin.ReadAsync($"/v2.1/servers/{server}"))["server"]!.AsObject();

    private async Task<JsonObject> RecordAsync(string server, string request)
        => (await hosts.Admin.ReadAsync(
            $"/v2.1/servers/{server}/os-instance-actions/{request}", "2.84"))["instanceAction"]!.AsObject();

    private static string? HostOf(JsonObject record, string step)
        => (string?)record["events"]!.AsArray().FirstOrDefault(item => (string)item!["event"]! == step)?["host"];
}
