using System.Text;
using System.Text.Json;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Telemetry;

/// <summary>
/// Debian's Prometheus reads a service on libvirt's mock, with the dashboard and the alert rules that operators get.
/// </summary>
public sealed class PrometheusTests : IAsyncLifetime
{
    /// <summary>Queries about trouble that this service is not in.</summary>
    private static readonly string[] OfTrouble = ["kiroku_actions_waiting", "outcome=\"failed\""];

    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("kp-");
    private readonly StringBuilder output = new();
    private ServiceProcess? service;
    private Prometheus? prometheus;
    private Cloud demo = null!;
    private Cloud admin = null!;

    public ValueTask InitializeAsync()
    {
        Prometheus.Require();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (prometheus is not null)
            await prometheus.DisposeAsync();
        if (service is not null)
            await service.DisposeAsync();
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task The_alert_rules_are_rules_that_fire_when_something_is_wrong_and_not_otherwise()
    {
        Assert.Contains("SUCCESS", await Prometheus.ToolAsync("check", "rules", Prometheus.Rules));
        await Prometheus.ToolAsync(
            "test", "rules",
            Path.Combine(Repository.Folder, "tests", "Kiroku.SystemTests", "Telemetry", "alerts.test.yml"));
    }

    [Fact]
    public async Task It_reads_the_service_and_answers_each_query_of_the_dashboard_and_each_rule()
    {
        await StartAsync();
        await DoSomethingAsync();

        await Poll.UntilAsync(
            "series", async () => (await prometheus!.QueryAsync("rate(kiroku_actions_ended_total[1m])")).Count > 0,
            explain: () => Task.FromResult(output.ToString()));
        foreach (var query in DashboardQueries())
        {
            var series = await prometheus!.QueryAsync(
                query.Replace("$__rate_interval", "1m", StringComparison.Ordinal));
            Assert.True(
                series.Count > 0 || OfTrouble.Any(part => query.Contains(part, StringComparison.Ordinal)), query);
        }
        await Poll.UntilAsync(
            "the rules", async () => (await prometheus!.RulesAsync())
                .All(rule => rule.GetProperty("health").GetString() != "unknown"));
        var rules = await prometheus!.RulesAsync();
        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.Equal(
            ("ok", "inactive"), (rule.GetProperty("health").GetString(), rule.GetProperty("state").GetString())));
        // What a rule compares is there, so that it would fire.
        foreach (var rule in rules)
        {
            var query = rule.GetProperty("query").GetString()!;
            var compared = query.Split([" > ", " == ", " < "], StringSplitOptions.None)[0];
            var series = await prometheus.QueryAsync(compared);
            Assert.True(
                series.Count > 0 || OfTrouble.Any(part => query.Contains(part, StringComparison.Ordinal)), compared);
        }
    }

    private static IEnumerable<string> DashboardQueries()
    {
        var file = Path.Combine(Repository.Folder, "docs", "grafana", "kiroku.json");
        var queries = JsonElement.Parse(File.ReadAllText(file)).GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!).ToList();
        Assert.True(queries.Count > 20);
        return queries;
    }

    private async Task StartAsync()
    {
        service = await ServiceProcess.StartAsync(
            data.FullName, [new("Metrics__MeasureInterval", "00:00:00"), new("Servers__LookInterval", "00:00:01")],
            output, "--hypervisor", "test:///default");
        var clouds = Path.Combine(data.FullName, "clouds.yaml");
        demo = await Cloud.SignInAsync(service.Address, clouds, "demo");
        admin = await Cloud.SignInAsync(service.Address, clouds, "admin");
        var token = Path.Combine(data.FullName, "token");
        await File.WriteAllTextAsync(token, admin.Token);
        prometheus = await Prometheus.StartAsync(data.FullName, service.Address, token);
    }

    /// <summary>Actions that end well and one that fails, and somebody who waits.</summary>
    private async Task DoSomethingAsync()
    {
        var image = await demo.AddImageAsync("disk", "raw", new byte[1 << 20]);
        var huge = await admin.PostAsync(
            "/v2.1/flavors", """{"flavor": {"name": "huge", "ram": 99999999, "vcpus": 9999, "disk": 1}}""");
        Assert.True(huge.Status == 200, huge.Text);
        await CreateAsync(image, (string)huge.Json["flavor"]!["id"]!);
        await Poll.UntilAsync("a follower", async () =>
        {
            await CreateAsync(image, TestServer.Nano);
            return (await prometheus!.QueryAsync("kiroku_feed_followers")).Count > 0;
        });
    }

    /// <summary>Creates a server and waits for the end of that action.</summary>
    private async Task CreateAsync(string image, string flavor)
    {
        var answer = await demo.PostAsync(
            "/v2.1/servers", $$"""{"server": {"name": "vm", "flavorRef": "{{flavor}}", "imageRef": "{{image}}"} }""");
        Assert.True(answer.Status == 202, answer.Text);
        var action = $"/actions/v1/servers/{answer.Json["server"]!["id"]}/actions/{answer.RequestId}";
        await Poll.UntilAsync("the end", async () => (bool)(await demo.WaitAsync(action)).Json["done"]!);
    }
}
