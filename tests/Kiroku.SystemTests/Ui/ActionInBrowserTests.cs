using System.Diagnostics;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.SystemTests.Ui;

/// <summary>The page of an action in a real browser: how it looks to axe, and how it follows what happens.</summary>
public sealed class ActionInBrowserTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task Axe_finds_nothing_in_either_theme_and_language()
    {
        var (server, failed) = await Cloud.FailedAsync();
        await Browser.InEachLookAsync(Cloud.App.Address, async (browser, look) =>
        {
            browser.Go("/ui/sign-in");
            browser.AssertAccessible($"sign-in {look}");
            await browser.SignInAsync("admin", Cloud.App.PasswordOf("admin"), "admin");
            foreach (var path in new[] { "/ui/project", "/ui/nowhere", Stories.PathOf(server, failed) })
            {
                browser.Go(path);
                browser.AssertAccessible($"{path} {look}");
            }
        });
    }

    [Fact]
    public async Task A_retry_is_watched_as_it_happens_without_losing_focus_or_what_is_open()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, Stories.Stop);
        var (first, second) = (new Gate(), new Gate());
        Gate.InTurn(Cloud, "start", first, second);
        var (_, request) = await Cloud.ActAsync(server, Stories.Start);
        await first.Reached;
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go(Stories.PathOf(server, request));
        await browser.UntilLiveAsync();
        browser.Find("#menu-user summary").Click();
        browser.Run<object>("document.querySelector('#menu-user button[value=dark]').focus(); window.kept = "
            + "document.querySelector('.timeline-row[data-result]')");
        first.Fail(Stories.Away);
        await second.Reached;
        await browser.UntilAsync(() => browser.All(".timeline-row[data-retry][data-result=running]").Count == 1);
        Assert.Equal("Error", browser.Run<string>("return kept.isConnected && kept.dataset.result"));
        // Only the stream is to tell.
        browser.Run<object>("delete document.getElementById('main').dataset.running");
        var watch = Stopwatch.StartNew();
        second.Open();
        await browser.UntilAsync(".title .badge", "after retries");
        TestContext.Current.TestOutputHelper?.WriteLine($"on screen after {watch.ElapsedMilliseconds} ms");
        Assert.True(browser.Run<bool>("return document.querySelector('#menu-user').open"));
        Assert.Equal("dark", browser.Run<string>("return document.activeElement.value"));
        Cloud.Calm();
    }

    [Fact]
    public async Task With_scripts_off_it_is_read_and_cancelled()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, Stories.Stop);
        await gate.Reached;
        using var browser = Browser.Open(Cloud.App.Address, new BrowserChoice { Scripts = false });
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go(Stories.PathOf(server, request));
        Assert.True(browser.Find(".timeline-row[data-result=running] rect.bar").Size.Width > 100);
        browser.Find("#cancel summary").Click();
        browser.Find("#cancel button").Click();
        // The page that answers comes with its question closed.
        await browser.UntilAsync(() => browser.All("#cancel[open]").Count == 0);
        gate.Open();
        Assert.Equal("cancelled", (await Cloud.EndedAsync(server, request)).Action.Outcome);
        browser.Go(Stories.PathOf(server, request));
        Assert.Contains("Cancelled", browser.Find(".title .badge").Text, StringComparison.Ordinal);
        Cloud.Calm();
    }

    [Fact]
    public async Task A_session_that_ends_leads_to_signing_in_and_back()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, Stories.Stop);
        await gate.Reached;
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go(Stories.PathOf(server, request));
        browser.Web.Manage().Cookies.DeleteCookieNamed("kiroku");
        gate.Open();
        await browser.UntilAsync(() => browser.Web.Url.Contains(
            $"/ui/sign-in?return={Uri.EscapeDataString(Stories.PathOf(server, request))}", StringComparison.Ordinal));
        Cloud.Calm();
    }

    /// <summary>Writes pictures into the folder that KIROKU_PICTURES names, for people to look at.</summary>
    [Fact(Explicit = true)]
    public async Task Pictures()
    {
        var folder = Directory.CreateDirectory(Environment.GetEnvironmentVariable("KIROKU_PICTURES")!).FullName;
        var (server, failed) = await Cloud.FailedAsync();
        await Browser.InEachLookAsync(Cloud.App.Address, async (browser, look) =>
        {
            browser.Go("/ui/sign-in");
            browser.Picture(Path.Combine(folder, $"sign-in-{look}.png"));
            await browser.SignInAsync("admin", Cloud.App.PasswordOf("admin"), "admin");
            browser.Picture(Path.Combine(folder, $"project-{look}.png"));
            browser.PictureInEachWidth(Stories.PathOf(server, failed), Path.Combine(folder, $"action-{look}"));
            browser.Find("#menu-user summary").Click();
            browser.Picture(Path.Combine(folder, $"menu-{look}.png"));
        });
    }
}
