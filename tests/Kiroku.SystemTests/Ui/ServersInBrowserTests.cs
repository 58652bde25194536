using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;
using OpenQA.Selenium;

namespace Kiroku.SystemTests.Ui;

/// <summary>The pages of servers in a real browser: creating by keyboard, resizing live, and what axe says.</summary>
public sealed class ServersInBrowserTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task A_server_is_created_by_keyboard_alone_and_watched_as_it_is_made()
    {
        var gate = Gate.At(Cloud, "start");
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go("/ui/servers");
        browser.Press("a[href='/ui/servers/create']", Keys.Enter);
        await browser.UntilAsync(() => browser.All("form.create").Count == 1);
        browser.Press("input[name=name]", "typed");
        if (browser.All("select[name=image] option").Count > 1)
            browser.Press("select[name=image]", Keys.ArrowDown);
        browser.Press("input[name=flavor]", Keys.Space);
        browser.Press("textarea[name=user_data]", "#cloud-config");
        browser.Press("form.create button", Keys.Enter);
        await gate.Reached;
        await browser.UntilAsync(() => browser.Find(".title .badge").Text == "Running");
        Assert.Equal("typed", browser.Find(".crumbs bdi").Text);
        gate.Open();
        await browser.UntilAsync(() => browser.Find(".title .badge").Text == "Succeeded");
        browser.Press(".crumbs a", Keys.Enter);
        await browser.UntilAsync(".title .badge", "Active");
        Assert.Single(browser.All(".history-action"));
        Cloud.Calm();
    }

    [Fact]
    public async Task A_resize_is_asked_for_and_the_servers_page_follows_it_without_losing_what_is_typed()
    {
        var server = await Cloud.CreateServerAsync();
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go($"/ui/servers/{server}");
        browser.Find("#act-resize summary").Click();
        browser.Find($"#field-resize option[value='{Cloud.Large}']").Click();
        var gate = Gate.At(Cloud, "stop");
        browser.Find("#act-resize button").Click();
        await gate.Reached;
        await browser.UntilAsync(() => browser.Web.Url.Contains("/actions/req-", StringComparison.Ordinal));
        Assert.Equal("Resize", browser.Find("h1").Text);
        browser.Go($"/ui/servers/{server}");
        Assert.Empty(browser.All("#act-resize"));
        await browser.UntilLiveAsync();
        browser.Find("#act-lock summary").Click();
        browser.Find("#field-lock").SendKeys("half a sen");
        // Only the stream is to tell.
        browser.Run<object>("delete document.getElementById('main').dataset.running");
        gate.Open();
        await browser.UntilAsync(() => browser.All("#act-confirmResize").Count == 1);
        Assert.Equal("half a sen", browser.Find("#field-lock").GetDomProperty("value"));
        Assert.True(browser.Run<bool>("return document.querySelector('#act-lock').open"));
        browser.Find("#act-confirmResize summary").Click();
        browser.Find("#act-confirmResize button").Click();
        await browser.UntilAsync(() => browser.Find(".title .badge").Text == "Succeeded");
        Assert.Equal("Confirm the resize", browser.Find("h1").Text);
        Cloud.Calm();
    }

    [Fact]
    public async Task Who_looks_away_from_a_form_finds_it_as_it_was()
    {
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go("/ui/servers/create");
        browser.Find("input[name=name]").SendKeys("half a na");
        browser.Run<object>("window.fetch = () => { window.asked = true; return Promise.reject(new Error()); };"
            + "document.dispatchEvent(new Event('visibilitychange'))");
        Assert.False(browser.Run<bool>("return 'asked' in window"));
        Assert.Equal("half a na", browser.Find("input[name=name]").GetDomProperty("value"));
    }

    [Fact]
    public async Task The_list_shows_a_new_server_by_itself()
    {
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go("/ui/servers");
        await browser.UntilLiveAsync();
        var server = await Cloud.CreateServerAsync();
        await browser.UntilAsync(() => browser.Find($"[id='s-{server}'] .badge").Text == "Active");
        await Cloud.DeleteAsync(server);
        await browser.UntilAsync(() => browser.All($"[id='s-{server}']").Count == 0);
    }

    [Fact]
    public async Task Axe_finds_nothing_and_nothing_is_too_wide_in_either_theme_and_language()
    {
        var server = await StoriedAsync();
        await Browser.InEachLookAsync(Cloud.App.Address, async (browser, look) =>
        {
            await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
            foreach (var path in new[]
                { "/ui/servers", "/ui/servers/create", $"/ui/servers/{server}", $"/ui/servers/{server}/console" })
            {
                browser.Go(path);
                if (path == $"/ui/servers/{server}")
                    browser.Run<object>("document.querySelector('#act-resize').open = true");
                browser.AssertAccessible($"{path} {look}");
            }
        });
    }

    /// <summary>Writes pictures of the pages into the folder that KIROKU_PICTURES names, to be looked at.</summary>
    [Fact(Explicit = true)]
    public async Task Pictures()
    {
        var folder = Directory.CreateDirectory(Environment.GetEnvironmentVariable("KIROKU_PICTURES")!).FullName;
        var server = await StoriedAsync();
        await running.SetAsync(await Cloud.CreateServerAsync(), "name = 'web-2'");
        var error = await FailedAsync();
        var stopped = await Cloud.CreateServerAsync(Cloud.Large);
        await running.SetAsync(stopped, "name = 'batch-worker-with-a-rather-long-name-that-somebody-chose'");
        await Cloud.DoAsync(stopped, Stories.Stop);
        await Browser.InEachLookAsync(Cloud.App.Address, async (browser, look) =>
        {
            await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
            foreach (var (name, path) in new[]
            {
                ("list", "/ui/servers"), ("create", "/ui/servers/create"), ("server", $"/ui/servers/{server}"),
                ("error", $"/ui/servers/{error}"), ("console", $"/ui/servers/{server}/console"),
            })
                foreach (var width in Browser.Widths)
                {
                    browser.Resize(width, 900);
                    browser.Go(path);
                    if (name == "error")
                        browser.Run<object>("document.querySelector('#act-rebuild').open = true");
                    browser.Picture(Path.Combine(folder, $"{name}-{look}-{width}.png"));
                }
        });
    }

    private async Task<Guid> FailedAsync()
    {
        Cloud.FailStarts();
        var server = await Cloud.CreateServerAsync();
        Cloud.Calm();
        return server;
    }

    /// <summary>A server to which this and that has happened: done, tried again, failed.</summary>
    private async Task<Guid> StoriedAsync()
    {
        var server = await Cloud.CreateServerAsync();
        await running.SetAsync(server, "name = 'web-1'");
        await Cloud.RetryAndFailAsync(server);
        await Cloud.DoAsync(server, Stories.Start);
        await Cloud.DoAsync(server, """{"resize":{"flavorRef":"84"}}""");
        await Cloud.DoAsync(server, """{"confirmResize":null}""");
        await Cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""");
        return server;
    }
}
