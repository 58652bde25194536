using Kiroku.Tests.Servers;

namespace Kiroku.SystemTests.Ui;

/// <summary>The list of actions, operators' pages and webhooks in a real browser.</summary>
public sealed class ListsInBrowserTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task Actions_are_filtered_paged_and_exported_and_a_new_one_appears()
    {
        var server = await Cloud.CreateServerAsync();
        for (var number = 0; number < 26; number++)
        {
            await Cloud.DoAsync(server, """{"lock":null}""");
            await Cloud.DoAsync(server, """{"unlock":null}""");
        }
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go("/ui/actions");
        browser.Find("#filter-form input[name=server]").SendKeys($"{server}");
        browser.Find("#filter-form button.primary").Click();
        await browser.UntilAsync(() => browser.Find("#filter").GetDomProperty("value") == $"server.id = {server}");
        Assert.Equal(50, browser.All("tbody tr").Count);
        browser.Find("#next").Click();
        await browser.UntilAsync(() => browser.All("tbody tr").Count == 3 && browser.All("#first").Count == 1);
        browser.Find("#first").Click();
        await browser.UntilAsync(() => browser.All("tbody tr").Count == 50);
        var export = browser.Run<string>("return document.querySelector('.exports a').href");
        Assert.Equal(54, browser.Run<long>(
            $"const x = new XMLHttpRequest(); x.open('GET', '{export}', false); x.send();"
                + "return x.responseText.trim().split('\\n').length"));
        browser.Find("#filter").Clear();
        browser.Find("#filter").SendKeys($"server.id = {server} AND action = stop OR action = start");
        browser.Find(".filter-text button").Click();
        await browser.UntilAsync(() => browser.All(".empty").Count == 1
            && !browser.Run<bool>("return document.getElementById('live-state').hidden"));
        await Cloud.DoAsync(server, Stories.Stop);
        await browser.UntilAsync(() => browser.All("tbody tr[data-outcome=succeeded]").Count == 1);
        Assert.Equal("Stop", browser.Find("tbody a.row-name").Text);
    }

    [Fact]
    public async Task Axe_finds_nothing_in_either_theme_and_language()
    {
        var paths = await PathsAsync();
        await Browser.InEachLookAsync(Cloud.App.Address, async (browser, look) =>
        {
            await browser.SignInAsync("admin", Cloud.App.PasswordOf("admin"), "admin");
            foreach (var (name, path) in paths)
            {
                browser.Go(path);
                browser.AssertAccessible($"{name} {look}");
            }
        });
    }

    [Fact]
    public async Task Nothing_moves_while_a_page_comes()
    {
        var paths = await PathsAsync();
        using var browser = Browser.Open(Cloud.App.Address);
        browser.SetZone("Asia/Kolkata");
        await browser.SignInAsync("admin", Cloud.App.PasswordOf("admin"), "admin");
        foreach (var (name, path) in paths)
        {
            browser.Go(path);
            if (browser.All("main[data-live]").Count > 0)
                await browser.UntilLiveAsync();
            Assert.Equal((name, 0), (name, browser.Moved()));
        }
        browser.Go("/ui/actions?all=true");
        Assert.EndsWith("GMT+5:30", browser.Find(".row-when small time").Text, StringComparison.Ordinal);
    }

    /// <summary>Writes pictures into the folder that KIROKU_PICTURES names, for people to look at.</summary>
    [Fact(Explicit = true)]
    public async Task Pictures()
    {
        var folder = Directory.CreateDirectory(Environment.GetEnvironmentVariable("KIROKU_PICTURES")!).FullName;
        var paths = await PathsAsync();
        await Browser.InEachLookAsync(Cloud.App.Address, async (browser, look) =>
        {
            await browser.SignInAsync("admin", Cloud.App.PasswordOf("admin"), "admin");
            foreach (var (name, path) in paths)
                browser.PictureInEachWidth(path, Path.Combine(folder, $"{name}-{look}"));
        });
    }

    /// <summary>Pages with something on them, as an administrator sees them.</summary>
    private async Task<IReadOnlyList<(string Name, string Path)>> PathsAsync()
    {
        // Nobody listens there.
        var (_, subscription) = await Cloud.Demo.AskAsync("POST", "/actions/v1/subscriptions",
            """{"url":"http://127.0.0.1:9/kiroku","description":"Tickets","filter":"outcome = failed"}""");
        var server = await Cloud.CreateServerAsync();
        await Cloud.RetryAndFailAsync(server);
        var deliveries = $"/actions/v1/subscriptions/{subscription!["id"]}/deliveries";
        await Cloud.UntilAsync(
            async () => (await Cloud.Demo.GetJsonAsync(deliveries))["deliveries"]!.AsArray().Count > 0);
        return
        [
            ("actions", "/ui/actions?all=true"),
            ("filtered", "/ui/actions?all=true&filter=action%20%3D%20start%20AND%20attempts.result%20%3D%20Error"),
            ("wrong", "/ui/actions?filter=outcome%20%3D%20lost%20AND%20done%20%3D%20true"),
            ("none", "/ui/actions?filter=action%20%3D%20rescue"),
            ("hosts", "/ui/operators"), ("running", "/ui/operators/running"), ("catalog", "/ui/operators/catalog"),
            ("subscriptions", "/ui/subscriptions"), ("subscription", $"/ui/subscriptions/{subscription["id"]}"),
        ];
    }
}
