using Kiroku.Storage;
using Kiroku.Tests.Actions.Live.Streams;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Servers.ManyHosts;

namespace Kiroku.Tests.Telemetry;

/// <summary>What <c>/metrics</c> tells is what was done.</summary>
public sealed class MetricsTests
{
    private const string Stop = """{"os-stop":null}""";
    private const string Start = """{"os-start":null}""";
    private const string Ended = "kiroku_actions_ended_total";
    private const string Attempts = "kiroku_attempts_total";

    private static readonly (string, string) AtOnce = ("Metrics:MeasureInterval", "00:00:00");

    [Fact]
    public async Task Actions_and_attempts_are_counted_as_they_ended()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce);
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Stop);
        await cloud.DoAsync(server, Start);
        await cloud.DoAsync(server, """{"lock":null}""");
        var failures = 0;
        cloud.Hypervisor.Before = operation => operation == "stop" && ++failures == 1
            ? throw new InvalidOperationException("once") : Task.CompletedTask;
        await cloud.DoAsync(server, """{"unlock":null}""");
        await cloud.DoAsync(server, Stop);
        cloud.Hypervisor.Before = operation => operation == "start"
            ? throw new InvalidOperationException("always") : Task.CompletedTask;
        await cloud.DoAsync(server, Start);

        var told = await Scraped.UntilAsync(cloud.Admin, read => read.Sum(Ended) >= 7);

        Assert.Equal(7, told.Sum(Ended));
        Assert.Equal(
            (1d, 1d, 1d, 1d, 1d, 1d, 1d),
            (Of("create", "succeeded"), Of("stop", "succeeded"), Of("stop", "succeeded_after_retries"),
                Of("start", "succeeded"), Of("start", "failed"), Of("lock", "succeeded"), Of("unlock", "succeeded")));
        Assert.Equal(
            (1d, 2d, 3d, 1d),
            (Tried("compute_stop_instance", "Error"), Tried("compute_stop_instance", "Success"),
                Tried("compute_start_instance", "Error"), Tried("compute_start_instance", "Success")));
        Assert.Equal(
            (4d, 4d), (told.Sum(Attempts, ("result", "Error")), told.Sum(Attempts, ("reason", "internal-error"))));
        Assert.Equal(
            (2d, 1d),
            (told.Sum("kiroku_actions_duration_seconds_count", ("action", "stop")),
                told.Sum("kiroku_actions_duration_seconds_bucket", ("action", "create"), ("le", "+Inf"))));
        Assert.Equal(3d, told.Sum("kiroku_attempts_duration_seconds_count", ("result", "Error"),
            ("event", "compute_start_instance")));

        double? Of(string action, string outcome) => told.Single(Ended, ("action", action), ("outcome", outcome));
        double? Tried(string name, string result) => told.Single(Attempts, ("event", name), ("result", result));
    }

    [Fact]
    public async Task What_runs_and_for_how_long_is_told_and_what_has_ended_no_more()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce);
        var server = await cloud.CreateServerAsync();
        var held = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation => operation == "stop" ? held.Task : Task.CompletedTask;
        var (_, requestId) = await cloud.ActAsync(server, Stop);

        var told = await Scraped.UntilAsync(cloud.Admin, read => read.Sum("kiroku_actions_active") == 1
            && read.Sum("kiroku_actions_running") == 1 && read.Sum("kiroku_actions_oldest_seconds") > 0);
        Assert.Equal(1, told.Single("kiroku_actions_running", ("action", "stop")));
        Assert.Equal(1, told.Single("kiroku_actions_active", ("action", "stop")));

        held.SetResult();
        await cloud.EndedAsync(server, requestId);
        await Scraped.UntilAsync(cloud.Admin, read => read.Sum("kiroku_actions_active") == 0
            && read.Sum("kiroku_actions_running") == 0 && read.Sum("kiroku_actions_oldest_seconds") == 0);
    }

    [Fact]
    public async Task Streams_are_counted_while_they_are_open_and_follow_the_feed_together()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce);
        await Scraped.UntilAsync(cloud.Admin, read => read.Single("kiroku_streams") == 0);
        await using (await StreamClient.OpenAsync(cloud.Demo))
        await using (await StreamClient.OpenAsync(cloud.Admin))
            await Scraped.UntilAsync(cloud.Admin, read => read.Single("kiroku_streams") == 2
                && read.Single("kiroku_feed_followers", ("kind", "streams")) == 1);

        await Scraped.UntilAsync(cloud.Admin, read => read.Single("kiroku_streams") == 0
            && read.Single("kiroku_feed_followers", ("kind", "streams")) == 0);
    }

    [Fact]
    public async Task An_action_that_waits_for_its_next_attempt_says_so_until_it_is_overtaken()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce, ("Actions:FirstDelay", "01:00:00"));
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.Before = operation => operation == "stop"
            ? throw new InvalidOperationException("always") : Task.CompletedTask;
        await cloud.ActAsync(server, Stop);
        await Scraped.UntilAsync(
            cloud.Admin, read => read.Single("kiroku_actions_waiting", ("reason", "retry")) == 1);
        cloud.Hypervisor.Before = _ => Task.CompletedTask;

        await cloud.DeleteAsync(server);

        var told = await Scraped.UntilAsync(cloud.Admin, read => read.Sum("kiroku_actions_waiting") == 0
            && read.Sum(Ended, ("action", "delete")) == 1);
        Assert.Equal(1, told.Single(Ended, ("action", "stop"), ("outcome", "superseded")));
    }

    [Fact]
    public async Task An_action_that_waits_for_the_store_says_so()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce, ("Actions:StorageDelay", "00:00:00.001"));
        var server = await cloud.CreateServerAsync();
        var fails = true;
        cloud.Hypervisor.Before = operation => operation == "stop" && fails
            ? throw new StorageException("away") : Task.CompletedTask;
        var (_, requestId) = await cloud.ActAsync(server, Stop);

        await Scraped.UntilAsync(
            cloud.Admin, read => read.Single("kiroku_actions_waiting", ("reason", "store")) == 1);
        fails = false;
        await cloud.EndedAsync(server, requestId);

        await Scraped.UntilAsync(cloud.Admin, read => read.Sum("kiroku_actions_waiting") == 0);
    }

    [Fact]
    public async Task Who_waits_is_counted_with_the_readings_of_the_feed()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce);
        var server = await cloud.CreateServerAsync();
        var held = new TaskCompletionSource();
        cloud.Hypervisor.Before = operation => operation == "stop" ? held.Task : Task.CompletedTask;
        var (_, requestId) = await cloud.ActAsync(server, Stop);
        var waiting = Enumerable.Range(0, 3).Select(_ => cloud.Demo.GetAsync(
            $"/actions/v1/servers/{server}/actions/{requestId}", ("Prefer", "wait=60"))).ToList();
        await Scraped.UntilAsync(
            cloud.Admin, read => read.Single("kiroku_feed_followers", ("kind", "wait")) == 3);

        held.SetResult();
        foreach (var answer in await Task.WhenAll(waiting))
            answer.Dispose();

        await Scraped.UntilAsync(cloud.Admin, read => read.Sum("kiroku_feed_followers") == 0
            && read.Sum("kiroku_feed_lag_seconds_count") > 0
            && read.Sum("kiroku_feed_read_duration_seconds_count") > 0);
    }

    [Fact]
    public async Task Hosts_and_machines_are_counted_by_state()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce, ("Servers:LookInterval", "00:00:00.1"));
        var (one, _) = (await cloud.CreateServerAsync(), await cloud.CreateServerAsync());
        await cloud.DoAsync(one, Stop);

        var told = await Scraped.UntilAsync(cloud.Admin, read
            => read.Single("kiroku_machines", ("state", "running")) == 1
            && read.Single("kiroku_machines", ("state", "off")) == 1);

        Assert.Equal(
            (1d, 0d, 0d),
            (told.Single("kiroku_hosts", ("state", "up")), told.Single("kiroku_hosts", ("state", "down")),
                told.Single("kiroku_hosts", ("state", "maintenance"))));
        using var disabled = await cloud.Admin.PutJsonAsync(
            "/v2.1/os-services/disable", $$"""{"host":"{{Environment.MachineName}}","binary":"nova-compute"}""");
        Assert.Equal(200, (int)disabled.StatusCode);
        Assert.Equal(
            1d, (await Scraped.ReadAsync(cloud.Admin)).Single("kiroku_hosts", ("state", "maintenance")));
    }

    [Fact]
    public async Task The_stores_operations_are_timed_and_dotnet_tells_of_itself()
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.SignInAsync("admin");

        var told = await Scraped.ReadAsync(admin);

        Assert.True(told.Sum("kiroku_store_duration_seconds_count", ("operation", "read"), ("outcome", "ok")) > 0);
        Assert.True(told.Sum("kiroku_store_duration_seconds_count", ("operation", "write"), ("outcome", "ok")) > 0);
        Assert.True(told.Sum("dotnet_process_memory_working_set_bytes") > 0);
        Assert.True(told.Sum("dotnet_process_cpu_time_seconds_total") > 0);
    }

    [Fact]
    public async Task A_store_that_is_away_leaves_the_other_metrics()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce, ("Metrics:AllowedNetworks", "127.0.0.1"));
        await cloud.CreateServerAsync();
        await Scraped.UntilAsync(cloud.Admin, read => read.Sum("kiroku_hosts") == 1 && read.Sum(Ended) == 1);
        cloud.Database.BeforeRead = () => throw new StorageException("away");

        using var answer = await cloud.App.SendAsync(HttpMethod.Get, "/metrics", headers: ("Accept", "text/plain"));

        cloud.Database.BeforeRead = () => Task.CompletedTask;
        Assert.Equal(200, (int)answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("kiroku_hosts{", text, StringComparison.Ordinal);
        Assert.Contains("kiroku_actions_ended_total{", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_metric_names_a_server_a_user_or_a_project()
    {
        await using var cloud = await Cloud.StartAsync(AtOnce);
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Stop);
        await Scraped.UntilAsync(cloud.Admin, read => read.Sum(Ended) == 2);
        using var answer = await cloud.Admin.GetAsync("/metrics", ("Accept", "text/plain"));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.All(
            [$"{server}", cloud.Demo.UserId, cloud.Demo.ProjectId, cloud.Admin.UserId, cloud.Admin.Token,
                cloud.App.PasswordOf("admin"), cloud.Image, "req-"],
            secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        var told = await Scraped.ReadAsync(cloud.Admin);
        string[] allowed =
        [
            "action", "outcome", "event", "result", "reason", "kind", "operation", "state", "folder", "le",
        ];
        Assert.All(
            told.Names.Where(name => name.StartsWith("kiroku_", StringComparison.Ordinal)),
            name => Assert.Empty(told.Labels(name).Except(allowed)));
    }

    [Fact]
    public async Task Each_node_tells_what_it_ended_itself_and_all_tell_what_runs()
    {
        await using var cloud = await HostsCloud.StartAsync(2, AtOnce, Cloud.Unwatched);
        var (here, there) = (await cloud.CreateWithGrainAsync("a", grain: "a"),
            await cloud.CreateWithGrainAsync("a", grain: "b"));
        var hangs = new TaskCompletionSource();
        await cloud.DoAsync(here, Stop);
        cloud["a"].Hypervisor.Before = operation => operation == "stop" ? hangs.Task : Task.CompletedTask;
        await cloud.ActAsync(there, Stop);

        foreach (var node in cloud.Nodes)
        {
            var told = await Scraped.UntilAsync(
                cloud.Admin with { App = node.App }, read => read.Sum("kiroku_actions_running") == 1);
            Assert.Equal(node.Name == "a" ? 1 : 0, told.Sum(Ended, ("action", "stop")));
            Assert.Equal(node.Name == "b" ? 1 : 0, told.Sum("kiroku_actions_active"));
            Assert.Equal(2, told.Single("kiroku_hosts", ("state", "up")));
        }

        hangs.SetResult();
        await cloud.UntilIdleAsync(there);
        await Scraped.UntilAsync(
            cloud.Admin with { App = cloud["b"].App }, read => read.Sum(Ended, ("action", "stop")) == 1);
    }
}
