using Kiroku.Hypervisors;
using Kiroku.Tests.Docs;
using Kiroku.Tests.Servers;
using Kiroku.Ui.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>The page of one server: its history, its console, and what is done there without scripts.</summary>
public sealed class ServerPageTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Stop = """{"os-stop":null}""";

    public static TheoryData<string> Acts => [.. ServerAct.All.Select(act => act.Id)];

    private Cloud Cloud => running.Cloud;

    [Theory, MemberData(nameof(Acts))]
    public async Task Each_act_is_done_by_its_form_and_leads_to_its_timeline(string act)
    {
        var server = act == "delete"
            ? await Cloud.CreateServerAsync() : await Scenario.Of(ScenarioOf(act)).PrepareAsync(Cloud);
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server));
        var answer = await client.SubmitAsync(page, $"{PathOf(server)}/acts/{act}", act switch
        {
            "resize" => [(ServerAct.Flavor, Cloud.Large)],
            "createImage" => [(ServerAct.Name, "snapshot")],
            _ => [],
        });
        Assert.Equal(303, answer.Status);
        Assert.StartsWith($"{PathOf(server)}/actions/req-", answer.Location, StringComparison.Ordinal);
        var action = await client.GetAsync(answer.Location!);
        Assert.Equal(200, action.Status);
        var ended = await Cloud.EndedAsync(server, answer.Location!.Split('/')[^1]);
        Assert.Equal((act == "hardReboot" ? "reboot" : act, "succeeded"), (ended.Action.Action, ended.Action.Outcome));
    }

    /// <summary>By docs/actions.md, which other tests compare with the code.</summary>
    [Fact]
    public void Acts_are_offered_in_the_states_that_allow_them()
    {
        Assert.All(ServerAct.All, act =>
        {
            var name = act.Id switch
            {
                "reboot" => "`reboot` SOFT",
                "hardReboot" => "`reboot` HARD",
                _ => $"`{act.Id}`",
            };
            var row = ActionTable.Part.Text.Split('\n')
                .Single(line => line.StartsWith($"| {name} |", StringComparison.Ordinal));
            var states = row.Split('|', StringSplitOptions.TrimEntries)[4];
            Assert.Equal(states == "any" ? [] : states.Split(", ").Order(), act.VmStates.Order());
        });
    }

    [Fact]
    public async Task Only_what_the_state_allows_is_offered_and_what_loses_data_asks_first()
    {
        var server = await Cloud.CreateServerAsync();
        using var client = await PageClient.SignInAsync(Cloud.App);
        var active = await client.GetAsync(PathOf(server));
        Assert.Equal(["stop", "reboot", "hardReboot", "pause", "suspend", "shelve", "resize", "createImage", "lock",
            "rescue", "rebuild", "delete"], Offered(active));
        foreach (var act in new[] { "hardReboot", "shelve", "rebuild", "delete" })
            Assert.NotEmpty(active.Find($"details#act-{act} form p").TextContent);
        var answer = await client.SubmitAsync(
            active, $"{PathOf(server)}/acts/lock", (ServerAct.Reason, "<i>mine</i>"));
        Assert.Equal(303, answer.Status);
        var locked = await client.GetAsync(PathOf(server));
        Assert.Equal(["unlock"], Offered(locked));
        Assert.Contains("<i>mine</i>", locked.Find("#locked").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_API_refuses_is_said_and_nothing_that_was_typed_is_lost()
    {
        var server = await Cloud.CreateServerAsync();
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server));
        var named = await client.SubmitAsync(
            page, $"{PathOf(server)}/acts/createImage", (ServerAct.Name, "<a> \u0007"));
        Assert.Equal(400, named.Status);
        Assert.NotEmpty(named.Find("#problem").TextContent);
        Assert.Equal("<a> \u0007", named.Find("details[open] #field-createImage").GetAttribute("value"));
        var flavored = await client.SubmitAsync(page, $"{PathOf(server)}/acts/resize", (ServerAct.Flavor, "none"));
        Assert.Equal(400, flavored.Status);
        await Cloud.DoAsync(server, Stop);
        var late = await client.SubmitAsync(page, $"{PathOf(server)}/acts/stop");
        Assert.Equal(409, late.Status);
        Assert.Contains("vm_state stopped", late.Find("#problem").TextContent, StringComparison.Ordinal);
        Assert.Contains("start", Offered(late));
        Assert.Equal(PathOf(server), late.Find("main").GetAttribute("data-here"));
        await Cloud.DoAsync(server, """{"shelve":null}""");
        var shelved = await client.SubmitAsync(page, $"{PathOf(server)}/acts/createImage", (ServerAct.Name, "kept"));
        Assert.Equal(409, shelved.Status);
        Assert.Equal("kept", shelved.Find("details[open] #field-createImage").GetAttribute("value"));
        Assert.Equal(PathOf(server), shelved.Find("form.choices input[name=return]").GetAttribute("value"));
        var unknown = await client.PostAsync($"{PathOf(server)}/acts/explode",
            page.Fill("/ui/sign-out", []), ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(404, unknown.Status);
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_acts_once()
    {
        var server = await Cloud.CreateServerAsync();
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server));
        var first = await client.SubmitAsync(page, $"{PathOf(server)}/acts/reboot");
        var second = await client.SubmitAsync(page, $"{PathOf(server)}/acts/reboot");
        Assert.Equal((303, 303, first.Location), (first.Status, second.Status, second.Location));
        await Cloud.EndedAsync(server, first.Location!.Split('/')[^1]);
        var fresh = await client.GetAsync(PathOf(server));
        var third = await client.SubmitAsync(fresh, $"{PathOf(server)}/acts/reboot");
        Assert.Equal(303, third.Status);
        Assert.NotEqual(first.Location, third.Location);
        await Cloud.EndedAsync(server, third.Location!.Split('/')[^1]);
    }

    [Fact]
    public async Task What_is_done_again_from_an_older_page_of_the_history_is_done_again()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, """{"lock":null}""");
        await Cloud.DoAsync(server, """{"unlock":null}""");
        using var client = await PageClient.SignInAsync(Cloud.App);
        // The page after the newest action, as a history of more than one page has it.
        var list = await Cloud.Demo.GetJsonAsync(
            $"/actions/v1/actions?page_size=1&filter=server.id%20%3D%20%22{server}%22");
        var older = $"{PathOf(server)}?page={Uri.EscapeDataString((string)list["next_page_token"]!)}";
        var done = new List<string>();
        foreach (var act in new[] { "lock", "unlock", "lock", "unlock" })
        {
            var answer = await client.SubmitAsync(await client.GetAsync(older), $"{PathOf(server)}/acts/{act}");
            Assert.Equal(303, answer.Status);
            await Cloud.EndedAsync(server, answer.Location!.Split('/')[^1]);
            done.Add(answer.Location!);
        }
        Assert.Equal(4, done.Distinct().Count());
    }

    [Fact]
    public async Task Its_history_is_told_newest_first_in_pages_with_the_tries_of_each()
    {
        var server = await Cloud.CreateServerAsync();
        for (var i = 0; i < 10; i++)
        {
            await Cloud.DoAsync(server, """{"lock":null}""");
            await Cloud.DoAsync(server, """{"unlock":null}""");
        }
        await Cloud.DoAsync(server, Stop);
        var failures = 1;
        Cloud.Hypervisor.Before = operation => operation == "start" && failures-- > 0
            ? throw new HypervisorException(HypervisorFailure.Failed, "start the machine", "away") : Task.CompletedTask;
        await Cloud.DoAsync(server, """{"os-start":null}""");
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server));
        var first = Ids(page);
        Assert.Equal(20, first.Count);
        var newest = page.Find(".history-action");
        Assert.Equal("Start", newest.QuerySelector("a")!.TextContent);
        Assert.Equal(["Error", "Success"], newest.QuerySelectorAll("svg g[data-result]")
            .Select(mark => mark.GetAttribute("data-result")));
        var older = await client.GetAsync(page.Find("a[rel=next]").GetAttribute("href")!);
        Assert.Equal(23, first.Concat(Ids(older)).Distinct().Count());
        Assert.Equal("Create", older.Document.QuerySelectorAll(".history-action a")[^1].TextContent);
        Assert.Equal(400, (await client.GetAsync($"{PathOf(server)}?page=nonsense")).Status);
    }

    [Fact]
    public async Task Why_it_is_in_error_comes_first()
    {
        Cloud.Hypervisor.Before = operation => operation == "start"
            ? throw new HypervisorException(HypervisorFailure.Failed, "start the machine", "away") : Task.CompletedTask;
        var server = await Cloud.CreateServerAsync();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server));
        Assert.Equal("bad", page.Find(".title .badge").GetAttribute("data-mood"));
        Assert.Equal("The hypervisor failed", page.Find("#fault h2").TextContent);
        var children = page.Find("main").Children.ToList();
        Assert.True(children.IndexOf(page.Find("#fault")) < children.IndexOf(page.Find("#acts")));
    }

    [Fact]
    public async Task A_deleted_server_still_has_its_history_and_nothing_to_do()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DeleteAsync(server);
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(PathOf(server));
        Assert.Equal(200, page.Status);
        Assert.Equal("Deleted", page.Find(".title .badge").TextContent.Trim());
        Assert.Equal(["Delete", "Create"],
            page.Document.QuerySelectorAll(".history-action a").Select(link => link.TextContent));
        Assert.Empty(Offered(page));
        using var other = await PageClient.SignInAsync(Cloud.App, "other");
        Assert.Equal(404, (await other.GetAsync(PathOf(server))).Status);
    }

    [Fact]
    public async Task Another_project_gets_the_same_404_as_for_what_does_not_exist()
    {
        using var other = await PageClient.SignInAsync(Cloud.App, "other");
        var own = await other.GetAsync("/ui/servers");
        foreach (var part in new[] { "", "/console" })
            foreach (var id in new[] { $"{running.Server}", $"{Guid.NewGuid()}", "nothing\" OR done = true" })
            {
                var page = await other.GetAsync($"/ui/servers/{Uri.EscapeDataString(id)}{part}");
                Assert.Equal(404, page.Status);
                Assert.Empty(page.Document.QuerySelectorAll(".history-action"));
            }
        var before = await running.RowsAsync();
        foreach (var act in ServerAct.All)
            Assert.Equal(404, (await other.PostAsync($"{PathOf(running.Server)}/acts/{act.Id}",
                own.Fill("/ui/sign-out", [(ServerAct.Flavor, Cloud.Large), (ServerAct.Image, Cloud.Image),
                    (ServerAct.Name, "mine")]), ("Sec-Fetch-Site", "same-origin"))).Status);
        Assert.Equal(before, await running.RowsAsync());
    }

    [Fact]
    public async Task The_console_is_shown_or_why_there_is_none()
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync($"{PathOf(running.Server)}/console");
        Assert.Equal("one\ntwo\nthree", page.Find("#console").TextContent);
        Assert.NotNull(page.Document.QuerySelector("main[data-running]"));
        var shelved = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(shelved, """{"shelve":null}""");
        var none = await client.GetAsync($"{PathOf(shelved)}/console");
        Assert.Equal(200, none.Status);
        Assert.Contains("not ready", none.Find("#no-console").TextContent, StringComparison.Ordinal);
    }

    private static string ScenarioOf(string act) => act switch
    {
        "reboot" => "soft reboot",
        "hardReboot" => "hard reboot",
        _ => act,
    };

    private static IEnumerable<string> Offered(ShownPage page) => page.Document.QuerySelectorAll("#acts form")
        .Select(form => form.GetAttribute("action")!.Split('/')[^1]);

    private static List<string> Ids(ShownPage page)
        => [.. page.Document.QuerySelectorAll(".history-action").Select(action => action.Id!)];

    private static string PathOf(Guid server) => $"/ui/servers/{server}";
}
