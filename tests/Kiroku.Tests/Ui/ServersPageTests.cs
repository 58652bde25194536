using Kiroku.Servers.State;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;
using Kiroku.Ui.Texts;

namespace Kiroku.Tests.Ui;

/// <summary>The list of servers: what it tells, filters, pages, and to whom.</summary>
public sealed class ServersPageTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task It_tells_state_flavor_image_and_what_runs_now()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, """{"os-stop":null}""");
        await gate.Reached;
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync("/ui/servers");
        gate.Open();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await Cloud.EndedAsync(server, request);
        var row = page.Find($"[id='s-{server}']");
        Assert.Equal("run", row.QuerySelector(".badge")!.GetAttribute("data-mood"));
        Assert.Contains("Active · stopping", row.TextContent, StringComparison.Ordinal);
        Assert.Equal(
            $"/ui/servers/{server}/actions/{request}", row.QuerySelector(".servers-now")!.GetAttribute("href"));
        Assert.Contains("disk", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("m1.nano", row.TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Document.QuerySelector("main[data-live][data-after][data-running]"));
        var after = await client.GetAsync("/ui/servers");
        Assert.Equal("rest", after.Find($"[id='s-{server}'] .badge").GetAttribute("data-mood"));
        Assert.Null(after.Document.QuerySelector("main[data-running]"));
    }

    [Fact]
    public async Task It_is_filtered_by_a_part_of_the_name_as_it_is_and_by_state_and_the_address_keeps_both()
    {
        var (one, other) = (await Cloud.CreateServerAsync(), await Cloud.CreateServerAsync());
        await running.SetAsync(one, "name = 'Web(1).a'");
        await running.SetAsync(other, "name = 'web 1xa'");
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync("/ui/servers?name=web(1).&status=ACTIVE");
        Assert.Equal(["Web(1).a"], Names(page));
        Assert.Equal("web(1).", page.Find("#filter-name").GetAttribute("value"));
        Assert.Equal("ACTIVE", page.Find("#filter-status option[selected]").GetAttribute("value"));
        var none = await client.GetAsync("/ui/servers?name=web(1).&status=SHUTOFF");
        Assert.Empty(Names(none));
        Assert.Contains("No server fits", none.Text, StringComparison.Ordinal);
        Assert.Equal(400, (await client.GetAsync("/ui/servers?status=NONSENSE")).Status);
        Assert.Equal(400, (await client.GetAsync("/ui/servers?marker=nowhere")).Status);
    }

    [Fact]
    public async Task It_comes_in_pages_of_50_that_hold_each_server_once_and_keep_the_filter()
    {
        using var answer = await Cloud.Demo.PostAsync("/v2.1/servers",
            $$$"""{"server":{"name":"many","flavorRef":"42","imageRef":"{{{Cloud.Image}}}","min_count":53,"max_count":53}}""");
        Assert.Equal(202, (int)answer.StatusCode);
        using var client = await PageClient.SignInAsync(Cloud.App);
        var first = await client.GetAsync("/ui/servers?name=many");
        Assert.Equal(50, Names(first).Count);
        var next = first.Find("a[rel=next]").GetAttribute("href")!;
        Assert.Contains("name=many", next, StringComparison.Ordinal);
        var second = await client.GetAsync(next);
        Assert.Equal(53, Names(first).Concat(Names(second)).Distinct().Count());
        Assert.Equal(3, Names(second).Count);
        Assert.Null(second.Document.QuerySelector("a[rel=next]"));
        Assert.Equal("/ui/servers?name=many", second.Find(".pager a").GetAttribute("href"));
    }

    [Fact]
    public async Task Another_project_has_its_own_list_and_administrators_may_see_all()
    {
        using var other = await PageClient.SignInAsync(Cloud.App, "other");
        var page = await other.GetAsync("/ui/servers?projects=all");
        Assert.Empty(Names(page));
        Assert.DoesNotContain($"{running.Server}", page.Html, StringComparison.Ordinal);
        Assert.Null(page.Document.QuerySelector("#filter-projects"));
        using var admin = await PageClient.SignInAsync(Cloud.App, "admin");
        Assert.DoesNotContain(
            $"{running.Server}", (await admin.GetAsync("/ui/servers")).Html, StringComparison.Ordinal);
        await running.SetAsync(running.Server, "name = 'the first'");
        Assert.Equal(["the first"], Names(await admin.GetAsync("/ui/servers?projects=all&name=the%20first")));
    }

    [Fact]
    public async Task A_reader_sees_it_without_what_only_others_may_do()
    {
        using var reader = await PageClient.SignInAsync(Cloud.App, "demoreader", "demo");
        var page = await reader.GetAsync("/ui/servers");
        Assert.NotEmpty(Names(page));
        Assert.Null(page.Document.QuerySelector("main a[href='/ui/servers/create']"));
        var server = await reader.GetAsync($"/ui/servers/{running.Server}");
        Assert.Equal((200, 0), (server.Status, server.Document.QuerySelectorAll("#acts").Length));
        Assert.NotEmpty(server.Find("#reads").TextContent);
        Assert.NotEmpty((await reader.GetAsync("/ui/servers/create")).Find("#reads").TextContent);
        var console = await reader.GetAsync($"/ui/servers/{running.Server}/console");
        Assert.Contains("Policy", console.Find("#no-console").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_are_markup_or_turn_text_around_are_only_names()
    {
        const string name = "<b>bold</b>\u202egnol";
        var server = await Cloud.CreateServerAsync();
        await running.SetAsync(server, "name = @name", new { name });
        using var client = await PageClient.SignInAsync(Cloud.App);
        var list = await client.GetAsync("/ui/servers");
        Assert.Equal(name, list.Find($"[id='s-{server}'] th a bdi").TextContent);
        var page = await client.GetAsync($"/ui/servers/{server}");
        Assert.Equal(name, page.Find("h1 bdi").TextContent);
        const string markup = "\"><script>alert(1)</script>";
        var filtered = await client.GetAsync($"/ui/servers?name={Uri.EscapeDataString(markup)}");
        Assert.Equal(markup, filtered.Find("#filter-name").GetAttribute("value"));
        Assert.Single(filtered.Document.QuerySelectorAll("script"));
    }

    [Fact]
    public void Every_state_and_task_has_a_text_in_both_languages()
    {
        var words = typeof(VmStates).GetFields().Select(field => $"servers.state.{field.GetValue(null)}")
            .Concat(typeof(TaskStates).GetFields().Select(field => $"servers.task.{field.GetValue(null)}"));
        Assert.Empty(words.Except(PageTexts.In(Language.Japanese).Keys));
    }

    private static List<string> Names(ShownPage page)
        => [.. page.Document.QuerySelectorAll(".servers tbody th").Select(cell => cell.TextContent.Trim())];
}
