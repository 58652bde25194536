using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>The page of one action: what it tells, to whom, and what can be done there without scripts.</summary>
public sealed class ActionPageTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Stop = """{"os-stop":null}""";
    private const string Start = """{"os-start":null}""";

    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task It_tells_tries_reason_and_who()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, Stop);
        var failures = 1;
        Cloud.Hypervisor.Before = operation => operation == "start" && failures-- > 0
            ? throw new HypervisorException(HypervisorFailure.Failed, "start the machine", "the disk is away")
            : Task.CompletedTask;
        var start = (await Cloud.DoAsync(server, Start)).Action;
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server, start.RequestId));
        Assert.Equal(200, page.Status);
        Assert.Equal("Start", page.Find("h1").TextContent);
        Assert.Equal("Succeeded after retries", page.Find(".badge").TextContent.Trim());
        var rows = page.Document.QuerySelectorAll(".timeline-row[data-result]");
        Assert.Equal(["Error", "Success"], rows.Select(row => row.GetAttribute("data-result")));
        Assert.Equal("Try 2", rows[1].QuerySelector(".retry")!.TextContent);
        Assert.All(rows, row => Assert.NotNull(row.QuerySelector("svg rect.bar[x$='%'][width$='%']")));
        // What is said nowhere above is said with the first try.
        Assert.Equal("The host's hypervisor could not start the machine.",
            page.Find(".timeline-why span[lang]").TextContent);
        Assert.Contains(start.RequestId, page.Text, StringComparison.Ordinal);
        Assert.Contains("demo", page.Text, StringComparison.Ordinal);
        Assert.Null(page.Document.QuerySelector("main[data-live]"));
    }

    [Fact]
    public async Task The_reason_of_a_failure_comes_first_and_only_administrators_see_host_and_traceback()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, Stop);
        Cloud.Hypervisor.Before = operation => operation == "start"
            ? throw new InvalidOperationException("secret place") : Task.CompletedTask;
        var start = (await Cloud.DoAsync(server, Start)).Action;
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        using var owner = await PageClient.SignInAsync(Cloud.App);
        using var admin = await PageClient.SignInAsync(Cloud.App, "admin");
        var page = await owner.GetAsync(PathOf(server, start.RequestId));
        var children = page.Find("main").Children.ToList();
        Assert.True(children.IndexOf(page.Find(".why")) < children.IndexOf(page.Find(".card")));
        Assert.DoesNotContain("secret place", page.Html, StringComparison.Ordinal);
        // Each try names its reason; the sentence that is above is not said again with each.
        Assert.Equal(3, page.Document.QuerySelectorAll(".timeline-why .reason").Length);
        Assert.Empty(page.Document.QuerySelectorAll(".timeline-why span[lang]"));
        var seen = await admin.GetAsync(PathOf(server, start.RequestId));
        Assert.Contains("secret place", seen.Find(".timeline-why pre").TextContent, StringComparison.Ordinal);
        Assert.Contains(Environment.MachineName, seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_project_gets_the_same_404_as_for_what_does_not_exist()
    {
        var action = await Cloud.NewestActionAsync(running.Server);
        using var stranger = await PageClient.SignInAsync(Cloud.App, "other");
        foreach (var part in new[] { "", "/report", "/json" })
        {
            var real = await stranger.GetAsync(PathOf(running.Server, action.Action.RequestId) + part);
            var madeUp = await stranger.GetAsync(PathOf(Guid.NewGuid(), action.Action.RequestId) + part);
            Assert.Equal((404, 404), (real.Status, madeUp.Status));
            Assert.DoesNotContain("compute_", real.Html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Names_that_are_markup_or_turn_text_around_are_only_names()
    {
        var name = "<script>alert(1)</script>\u202e" + string.Concat(Enumerable.Repeat("🦊", 100));
        var server = await Cloud.CreateServerAsync();
        await running.SetAsync(server, "name = @name", new { name });
        var action = await Cloud.NewestActionAsync(server);
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server, action.Action.RequestId));
        Assert.Equal(name, page.Find(".crumbs a bdi").TextContent);
        Assert.Single(page.Document.QuerySelectorAll("script"));
        var report = await client.GetAsync(PathOf(server, action.Action.RequestId) + "/report");
        Assert.StartsWith("text/plain", report.Header("Content-Type"), StringComparison.Ordinal);
        // What is in a code span is no markup, and what turns text around is seen.
        Assert.Contains($": `{name.Replace("\u202e", "\\u{202e}", StringComparison.Ordinal)}`", report.Html,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_action_that_runs_is_cancelled_by_its_form_and_what_cannot_be_is_said()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, Stop);
        await gate.Reached;
        using var client = await PageClient.SignInAsync(Cloud.App);
        var path = PathOf(server, request);
        var page = await client.GetAsync(path);
        Assert.Equal("Running", page.Find(".badge").TextContent.Trim());
        Assert.NotNull(page.Document.QuerySelector("main[data-live][data-after][data-running]"));
        Assert.NotNull(page.Document.QuerySelector(".timeline-row[data-result=running] rect.bar"));
        var answer = await client.SubmitAsync(page, $"{path}/cancel");
        Assert.Equal((303, path), (answer.Status, answer.Location));
        gate.Open();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        var ended = await Cloud.EndedAsync(server, request);
        Assert.Equal(Outcomes.Cancelled, ended.Action.Outcome);
        var after = await client.GetAsync(path);
        Assert.Equal("Cancelled", after.Find(".badge").TextContent.Trim());
        Assert.Null(after.Document.QuerySelector("#cancel"));
        var late = await client.SubmitAsync(page, $"{path}/cancel");
        Assert.Equal(409, late.Status);
        Assert.NotEmpty(late.Find("#problem").TextContent);
        Assert.Equal(path, late.Find("main").GetAttribute("data-here"));
    }

    [Fact]
    public async Task A_reader_sees_it_and_is_told_that_only_others_may_cancel()
    {
        var action = await Cloud.NewestActionAsync(running.Server);
        using var reader = await PageClient.SignInAsync(Cloud.App, "demoreader", "demo");
        var path = PathOf(running.Server, action.Action.RequestId);
        var page = await reader.GetAsync(path);
        Assert.Equal(200, page.Status);
        var refused = await reader.PostAsync(
            $"{path}/cancel", page.Fill("/ui/sign-out", []), ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(403, refused.Status);
        Assert.Contains("Policy", refused.Find("#problem").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_action_of_a_deleted_server_is_still_shown()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DeleteAsync(server);
        var action = await Cloud.NewestActionAsync(server);
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server, action.Action.RequestId));
        Assert.Equal(200, page.Status);
        Assert.Equal("Delete", page.Find("h1").TextContent);
    }

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01", null)]
    [InlineData("<script>", null)]
    public async Task What_is_begun_on_a_page_belongs_to_the_trace_of_whoever_begins_it(string header, string? trace)
    {
        var server = await Cloud.CreateServerAsync();
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync($"/ui/servers/{server}");
        var path = $"/ui/servers/{server}/acts/stop";
        var answer = await client.PostAsync(
            path, page.Fill(path, []), ("Sec-Fetch-Site", "same-origin"), ("traceparent", header));
        Assert.Equal(303, answer.Status);
        await Cloud.EndedAsync(server, answer.Location!.Split('/')[^1]);
        var seen = (string?)(await Cloud.Demo.GetJsonAsync(
            answer.Location!.Replace("/ui/", "/actions/v1/", StringComparison.Ordinal)))["trace_id"];
        Assert.NotEqual("00000000000000000000000000000000", seen);
        if (trace is not null)
            Assert.Equal(trace, seen);
        Assert.DoesNotContain("script", seen ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Japanese_it_is_Japanese_and_the_choice_is_kept()
    {
        var action = await Cloud.NewestActionAsync(running.Server);
        var path = PathOf(running.Server, action.Action.RequestId);
        using var client = await PageClient.SignInAsync(Cloud.App, language: "fr;q=0.9, ja-JP;q=0.8, en;q=0.1");
        var page = await client.GetAsync(path);
        Assert.Equal(("ja", "作成"), (page.Find("html").GetAttribute("lang"), page.Find("h1").TextContent));
        // As it is, not as numbers.
        Assert.Contains("作成", page.Html, StringComparison.Ordinal);
        var answer = await client.SubmitAsync(page, "/ui/preferences", ("language", "en"), ("theme", "dark"));
        Assert.Equal((303, path), (answer.Status, answer.Location));
        var english = await client.GetAsync(path);
        Assert.Equal(("en", "dark", "Create"), (english.Find("html").GetAttribute("lang"),
            english.Find("html").GetAttribute("data-theme"), english.Find("h1").TextContent));
    }

    [Fact]
    public async Task Its_documents_are_those_of_the_API()
    {
        var action = (await Cloud.NewestActionAsync(running.Server)).Action.RequestId;
        using var client = await PageClient.SignInAsync(Cloud.App);
        var ours = await client.GetAsync($"{PathOf(running.Server, action)}/json");
        var expected = await Cloud.Demo.GetJsonAsync($"/actions/v1/servers/{running.Server}/actions/{action}");
        Assert.Equal(expected.ToJsonString(), System.Text.Json.Nodes.JsonNode.Parse(ours.Html)!.ToJsonString());
        var nova = await client.GetAsync($"{PathOf(running.Server, action)}/json?form=nova");
        Assert.Contains("\"instanceAction\"", nova.Html, StringComparison.Ordinal);
    }

    private static string PathOf(Guid server, string request) => $"/ui/servers/{server}/actions/{request}";
}
