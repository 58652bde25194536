using System.Text.Json.Nodes;
using Kiroku.Hypervisors;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>The list of all actions: which it shows, to whom, and as what.</summary>
public sealed class ActionsPageTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Stop = """{"os-stop":null}""";
    private const string Start = """{"os-start":null}""";

    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task Each_row_tells_outcome_action_server_who_and_why()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, Stop);
        Cloud.Hypervisor.Before = operation => operation == "start"
            ? throw new HypervisorException(HypervisorFailure.Failed, "start the machine", "the disk is away")
            : Task.CompletedTask;
        var failed = (await Cloud.DoAsync(server, Start)).Action.RequestId;
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync($"/ui/actions?filter=server.id%20%3D%20{server}");
        Assert.Equal(200, page.Status);
        Assert.Equal([failed], page.Document.QuerySelectorAll("tr[data-outcome=failed]")
            .Select(row => row.Id!.Split("-req-")[1]).Select(id => $"req-{id}"));
        var row = page.Find("tr[data-outcome=failed]");
        Assert.Equal($"/ui/servers/{server}/actions/{failed}", row.QuerySelector("a.row-name")!.GetAttribute("href"));
        Assert.Equal("Start", row.QuerySelector("a.row-name")!.TextContent);
        Assert.Equal("demo", row.QuerySelector(".row-who bdi")!.TextContent);
        Assert.Equal("The hypervisor failed", row.QuerySelector(".row-why b")!.TextContent);
        Assert.Contains("could not start the machine", row.QuerySelector(".row-why span")!.TextContent,
            StringComparison.Ordinal);
        Assert.Contains("again", row.QuerySelector(".row-tries .retries")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(2, row.QuerySelectorAll(".row-when time[datetime]").Length);
        Assert.Equal(3, page.Document.QuerySelectorAll("tbody tr").Length);
        Assert.NotNull(page.Document.QuerySelector("main[data-live*='server.id'][data-after]"));
    }

    [Fact]
    public async Task The_form_leads_to_the_address_of_its_text()
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var answer = await client.GetAsync(
            "/ui/actions?form=1&outcome=succeeded&action=create&server=&from=&order=oldest");
        Assert.Equal(
            (303, "/ui/actions?filter=outcome%20%3D%20succeeded%20AND%20action%20%3D%20create&order=oldest"),
            (answer.Status, answer.Location));
        var page = await client.GetAsync("/ui/actions?filter=outcome%20%3D%20succeeded%20AND%20done%20%3D%20true");
        Assert.Equal("outcome = succeeded AND done = true", page.Find("#filter").GetAttribute("value"));
        Assert.NotNull(page.Document.QuerySelector("select[name=outcome] option[value=succeeded][selected]"));
        Assert.Equal("done = true", page.Find("#filter-form input[name=rest]").GetAttribute("value"));
        Assert.Equal("done = true", page.Find(".chip code").TextContent);
        Assert.Equal("/ui/actions?filter=outcome%20%3D%20succeeded", page.Find(".chip a").GetAttribute("href"));
    }

    [Theory]
    [InlineData("outcome = lost", "lost")]
    [InlineData("outcome = failed AND", "…")]
    [InlineData("🦊 = 1", "🦊")]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)</script>")]
    public async Task A_wrong_filter_is_shown_with_its_place_and_nothing_is_lost(string filter, string place)
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync($"/ui/actions?filter={Uri.EscapeDataString(filter)}&order=oldest");
        Assert.Equal(400, page.Status);
        Assert.Contains("column", page.Find("#problem").TextContent, StringComparison.Ordinal);
        Assert.Equal(place, page.Find("#problem mark").TextContent);
        Assert.Equal(filter, page.Find("#filter").GetAttribute("value"));
        Assert.NotNull(page.Document.QuerySelector(".filter-text input[name=order][value=oldest]"));
        Assert.Null(page.Document.QuerySelector("main[data-live]"));
        Assert.Single(page.Document.QuerySelectorAll("script"));
        Assert.Empty(page.Document.QuerySelectorAll("tbody tr"));
    }

    [Fact]
    public async Task A_filter_that_is_too_long_and_a_token_of_another_list_are_refused_in_the_page()
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var tooLong = await client.GetAsync($"/ui/actions?filter={new string('a', 2001)}");
        Assert.Equal(400, tooLong.Status);
        Assert.Equal(new string('a', 2001), tooLong.Find("#filter").GetAttribute("value"));
        var page = await client.GetAsync("/ui/actions?page=made-up");
        Assert.Equal(400, page.Status);
        Assert.NotNull(page.Document.QuerySelector("#problem a[href='/ui/actions']"));
    }

    [Fact]
    public async Task Other_projects_actions_are_shown_to_administrators_who_ask_alone()
    {
        var mine = (await Cloud.NewestActionAsync(running.Server)).Action.RequestId;
        using var stranger = await PageClient.SignInAsync(Cloud.App, "other");
        using var admin = await PageClient.SignInAsync(Cloud.App, "admin");
        var filter = $"filter=server.id%20%3D%20{running.Server}";
        var own = await stranger.GetAsync($"/ui/actions?{filter}");
        Assert.Equal(200, own.Status);
        Assert.Empty(own.Document.QuerySelectorAll("tbody tr"));
        Assert.NotNull(own.Document.QuerySelector(".empty"));
        Assert.Null(own.Document.QuerySelector("#all-projects"));
        var refused = await stranger.GetAsync($"/ui/actions?{filter}&all=true");
        Assert.Equal(403, refused.Status);
        Assert.DoesNotContain(mine, refused.Html, StringComparison.Ordinal);
        Assert.Equal(403, (await stranger.GetAsync($"/ui/actions/export?{filter}&all=true")).Status);
        Assert.Empty((await admin.GetAsync($"/ui/actions?{filter}")).Document.QuerySelectorAll("tbody tr"));
        var all = await admin.GetAsync($"/ui/actions?{filter}&all=true");
        Assert.Contains(mine, all.Html, StringComparison.Ordinal);
        Assert.Equal("true", all.Find("#all-projects").GetAttribute("aria-current"));
    }

    [Fact]
    public async Task Pages_hold_each_action_once_in_either_order()
    {
        var server = await Cloud.CreateServerAsync();
        for (var number = 0; number < 30; number++)
        {
            await Cloud.DoAsync(server, """{"lock":null}""");
            await Cloud.DoAsync(server, """{"unlock":null}""");
        }
        using var client = await PageClient.SignInAsync(Cloud.App);
        foreach (var order in new[] { "", "&order=oldest" })
        {
            var rows = new List<string>();
            var sizes = new List<int>();
            for (string? path = $"/ui/actions?filter=server.id%20%3D%20{server}{order}"; path is not null;)
            {
                var page = await client.GetAsync(path);
                Assert.Equal(200, page.Status);
                var shown = page.Document.QuerySelectorAll("tbody tr").Select(row => row.Id!).ToList();
                rows.AddRange(shown);
                sizes.Add(shown.Count);
                path = page.Document.QuerySelector("#next")?.GetAttribute("href");
            }
            Assert.Equal(61, rows.Distinct().Count());
            Assert.Equal(61, rows.Count);
            Assert.Equal([50, 11], sizes.Where(size => size > 0));
        }
    }

    [Theory]
    [InlineData("jsonl", "application/x-ndjson")]
    [InlineData("csv", "text/csv")]
    [InlineData("cadf", "application/x-ndjson")]
    public async Task What_is_listed_is_exported_as_the_API_does(string format, string type)
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(
            $"/ui/actions?filter=action%20%3D%20create%20AND%20server.id%20%3D%20{running.Server}");
        var path = page.Document.QuerySelectorAll(".exports a")
            .Select(link => link.GetAttribute("href")!).Single(link => link.Contains(format, StringComparison.Ordinal));
        var file = await client.GetAsync(path);
        Assert.Equal(200, file.Status);
        Assert.StartsWith(type, file.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Contains($"{running.Server}", file.Html, StringComparison.Ordinal);
        Assert.Contains("whole", file.Html.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        if (format == "jsonl")
            Assert.Equal(2, file.Html.TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)).Count());
    }

    [Fact]
    public async Task In_Japanese_it_is_Japanese()
    {
        using var client = await PageClient.SignInAsync(Cloud.App, language: "ja");
        var page = await client.GetAsync("/ui/actions");
        Assert.Equal("アクション", page.Find("h1").TextContent);
        Assert.NotEmpty(page.Document.QuerySelectorAll("tbody tr"));
    }
}
