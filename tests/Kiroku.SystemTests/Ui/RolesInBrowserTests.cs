using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.SystemTests.Ui;

/// <summary>What a reader, a stranger and an administrator see of a project's servers.</summary>
[Collection<InOneBrowser>]
public sealed class RolesInBrowserTests(BrowsedCloud browsed)
{
    private Cloud Cloud => browsed.Cloud;

    [Fact]
    public async Task A_reader_sees_what_there_is_and_is_offered_nothing_that_would_be_refused()
    {
        var subscription = await SubscribeAsync();
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, Stories.Stop);
        await gate.Reached;
        var browser = await browsed.SignInAsync("demoreader", "demo");
        foreach (var (path, shown) in new[]
        {
            ("/ui/servers", $"[id='s-{server}']"), (Stories.PathOf(server), "#reads"),
            (Stories.PathOf(server, request), ".timeline-row[data-result=running]"),
            (Stories.PathOf(server) + "/console", "#no-console"), ("/ui/servers/create", "#reads"),
            ("/ui/actions", $"tbody a[href='{Stories.PathOf(server, request)}']"),
            ("/ui/subscriptions", $"tbody a[href='{subscription}']"), (subscription, ".facts"),
            ("/ui/operators", "#no-permission"),
        })
        {
            browser.Go(path);
            Assert.True(browser.All(shown).Count == 1, $"{path} does not show {shown}");
            Assert.Empty(browser.All("main form[method=post] button, main a[href='/ui/servers/create']"));
        }
        browser.Go(Stories.PathOf(server));
        Assert.Empty(browser.All(".tabs a[href$='/console']"));
        // It follows like anybody else's.
        browser.Go(Stories.PathOf(server, request));
        await browser.UntilLiveAsync();
        gate.Open();
        await browser.UntilAsync(() => browser.Find(".title .badge").Text == "Succeeded");
        Cloud.Calm();
    }

    [Fact]
    public async Task A_member_of_another_project_finds_nothing_there_and_can_do_nothing()
    {
        var subscription = await SubscribeAsync();
        var server = await Cloud.CreateServerAsync();
        await browsed.Running.SetAsync(server, "name = 'very-secret'");
        var request = (await Cloud.DoAsync(server, Stories.Stop)).Action.RequestId;
        var browser = await browsed.SignInAsync("other");
        foreach (var path in new[]
        {
            Stories.PathOf(server), Stories.PathOf(server) + "/console", Stories.PathOf(server, request),
            Stories.PathOf(server, request) + "/report", subscription, Stories.PathOf(Guid.NewGuid()),
        })
        {
            browser.Go(path);
            Assert.Equal("There is nothing here", browser.Find("h1").Text);
            AssertNothingOf(browser, "very-secret", request);
        }
        foreach (var list in new[]
        {
            "/ui/servers", "/ui/servers?projects=all", "/ui/actions", "/ui/actions?all=true", "/ui/subscriptions",
            $"/ui/actions?filter=server.id%20%3D%20{server}", "/ui/operators/running",
        })
        {
            browser.Go(list);
            AssertNothingOf(browser, "very-secret", request, $"{server}");
        }
        browser.Go("/ui/servers");
        var status = browser.Post(Stories.PathOf(server) + "/acts/delete");
        Assert.Equal(404, status);
        Assert.Equal(404, browser.Post(Stories.PathOf(server, request) + "/cancel"));
        Assert.Equal(404, browser.Post(subscription + "/delete"));
        Assert.Contains(await Cloud.ServersAsync(), kept => kept.Id == server);
    }

    [Fact]
    public async Task An_administrator_sees_hosts_all_projects_and_the_traceback_that_its_owner_does_not()
    {
        var (server, failed) = await Cloud.FailedAsync();
        var browser = await browsed.SignInAsync("admin");
        browser.Find(".head nav a[href='/ui/operators']").Click();
        await browser.UntilAsync(() => browser.All(".host").Count == 1);
        browser.Go("/ui/servers");
        Assert.Empty(browser.All($"[id='s-{server}']"));
        browser.Find("#filter-projects option[value=all]").Click();
        browser.Find(".filters button").Click();
        await browser.UntilAsync(() => browser.All($"[id='s-{server}']").Count == 1);
        browser.Go("/ui/actions");
        browser.Find("#all-projects").Click();
        await browser.UntilAsync(() => browser.All($"tbody a[href='{Stories.PathOf(server, failed)}']").Count == 1);
        browser.Find($"tbody a[href='{Stories.PathOf(server, failed)}']").Click();
        await browser.UntilAsync(() => browser.All("#a-compute_start_instance-1").Count == 1);
        Assert.NotEmpty(browser.Find("#a-compute_start_instance-1 .timeline-event span code").Text);
        browser.Find("[id='a-compute_start_instance-1-trace'] summary").Click();
        Assert.Contains("HypervisorException", browser.Find(".timeline-why pre").Text, StringComparison.Ordinal);

        await browsed.SignInAsync();
        browser.Go(Stories.PathOf(server, failed));
        Assert.Single(browser.All(".why[data-outcome=failed] h2"));
        Assert.Empty(browser.All(".timeline-why pre, .timeline-event span"));
        Assert.DoesNotContain("HypervisorException", browser.Html, StringComparison.Ordinal);
        Assert.Empty(browser.All(".head nav a[href='/ui/operators']"));
    }

    private static void AssertNothingOf(Browser browser, params IEnumerable<string> words)
    {
        // What was asked for is in fields.
        var shown = browser.Run<string>("return document.querySelector('main').innerText");
        Assert.All(words, word => Assert.DoesNotContain(word, shown, StringComparison.Ordinal));
        Assert.Empty(browser.All("main tbody tr, main .timeline-row, main .host"));
    }

    private async Task<string> SubscribeAsync()
    {
        // Nobody listens there.
        var (status, made) = await Cloud.Demo.AskAsync("POST", "/actions/v1/subscriptions",
            """{"url":"http://127.0.0.1:9/kiroku","description":"very-secret"}""");
        Assert.Equal(201, status);
        return $"/ui/subscriptions/{made!["id"]}";
    }
}
