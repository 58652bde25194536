using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;
using Kiroku.Ui.Actions;
using Kiroku.Ui.Actions.Lists;
using Kiroku.Ui.Operators;

namespace Kiroku.Tests.Ui;

/// <summary>What those see who run the cloud, and nobody else.</summary>
public sealed class OperatorPagesTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    [Theory]
    [InlineData("/ui/operators")]
    [InlineData("/ui/operators/running")]
    [InlineData("/ui/operators/catalog?project=another")]
    public async Task Others_are_told_that_it_is_for_administrators(string path)
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(path);
        Assert.Equal(403, page.Status);
        Assert.Equal("This is for administrators", page.Find("#no-permission h1").TextContent);
        Assert.DoesNotContain(Environment.MachineName, page.Find("main").TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Document.QuerySelector("main a[href='/ui/actions']"));
    }

    [Fact]
    public async Task A_host_shows_what_it_has_and_what_is_taken()
    {
        using var client = await PageClient.SignInAsync(Cloud.App, "admin");
        var host = (await Cloud.Admin.GetJsonAsync("/v2.1/os-hypervisors/detail",
            ("OpenStack-API-Version", "compute 2.87")))["hypervisors"]![0]!;
        var page = await client.GetAsync("/ui/operators");
        Assert.Equal(200, page.Status);
        Assert.Equal((string)host["hypervisor_hostname"]!, page.Find(".host h2").TextContent);
        Assert.Equal("Up", page.Find(".host .badge").TextContent.Trim());
        Assert.Equal($"{host["vcpus_used"]} of {host["vcpus"]}", page.Find(".use-words").TextContent);
        Assert.Equal(3, page.Document.QuerySelectorAll(".host rect.use-all").Length);
        Assert.Contains("nova-compute", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_is_shown_by_host()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, """{"os-stop":null}""");
        await gate.Reached;
        using var client = await PageClient.SignInAsync(Cloud.App, "admin");
        var page = await client.GetAsync("/ui/operators/running");
        gate.Open();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await Cloud.EndedAsync(server, request);
        Assert.Equal(Environment.MachineName, page.Find(".running-host h2 bdi").TextContent);
        Assert.Contains(request, page.Find(".running-host tbody tr").Id, StringComparison.Ordinal);
        Assert.NotNull(page.Document.QuerySelector("main[data-live*='all_projects=true'][data-running]"));
        Assert.Contains(
            "Nothing runs", (await client.GetAsync("/ui/operators/running")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_oldest_is_first_and_what_says_nothing_for_long_is_marked()
    {
        var now = new DateTime(2026, 11, 30, 12, 0, 0, DateTimeKind.Utc);
        var (late, early, quiet) = (Running("b", 1, 1), Running("a", 2, 2), Running("b", 30, 11));
        var hosts = RunningHosts.Of([late, early, quiet, Running(null, 3, 3)]);
        Assert.Equal(["b", null, "a"], hosts.Select(host => host.Host));
        Assert.Equal([quiet, late], hosts[0].Actions);
        Assert.True(SignOfLife.IsMissing(quiet, now));
        Assert.False(SignOfLife.IsMissing(late, now));
        Assert.False(SignOfLife.IsMissing(quiet with { Done = true }, now));
        Assert.False(SignOfLife.IsMissing(Running("a", 60, 9), now));

        ActionFacts Running(string? host, int minutes, int last) => new()
        {
            RequestId = $"req-{minutes}",
            Server = new ServerFacts(Guid.Empty, null),
            Action = "stop",
            Outcome = "running",
            StartTime = now.AddMinutes(-minutes),
            Attempts = [new AttemptFacts { Event = "e", Attempt = 1, Host = host, StartTime = now.AddMinutes(-last) }],
        };
    }

    [Fact]
    public async Task Images_flavors_and_the_quotas_of_any_project_are_read()
    {
        using var client = await PageClient.SignInAsync(Cloud.App, "admin");
        var page = await client.GetAsync($"/ui/operators/catalog?project={Cloud.Demo.ProjectId}");
        Assert.Equal(200, page.Status);
        Assert.Contains(Cloud.Image, page.Text, StringComparison.Ordinal);
        Assert.Contains(Cloud.Large, page.Document.QuerySelectorAll("td code").Select(code => code.TextContent));
        Assert.Equal("demo", page.Find("select[name=project] option[selected]").TextContent);
        Assert.Equal(7, page.Document.QuerySelectorAll(".uses .use").Length);
        using var member = await PageClient.SignInAsync(Cloud.App);
        Assert.Equal(200, (await member.GetAsync("/ui/operators/catalog")).Status);
    }
}
