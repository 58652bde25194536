using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Webhooks;

namespace Kiroku.SystemTests.Ui;

/// <summary>axe on all that a page may be in: while it runs, when it failed, refused, asked or empty.</summary>
[Collection<InOneBrowser>]
public sealed class LooksInBrowserTests(BrowsedCloud browsed)
{
    private Cloud Cloud => browsed.Cloud;

    [Fact]
    public async Task Axe_finds_nothing_wrong_with_an_action_however_it_went()
    {
        var (forced, resize) = await ForcedResizeAsync();
        var (stopped, cancelled) = await CancelledAsync();
        var (broken, failed) = await Cloud.FailedAsync();
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, Stories.Stop);
        var (first, second) = (new Gate(), new Gate());
        Gate.InTurn(Cloud, "start", first, second);
        var (_, running) = await Cloud.ActAsync(server, Stories.Start);
        first.Fail(Stories.Away);
        await second.Reached;
        var browser = await browsed.SignInAsync();
        foreach (var (name, path, shown) in new[]
        {
            ("running", Stories.PathOf(server, running), ".timeline-row[data-retry][data-result=running]"),
            ("resized", Stories.PathOf(forced, resize), ".warning"),
            ("cancelled", Stories.PathOf(stopped, cancelled), ".why[data-outcome=cancelled]"),
            ("failed", Stories.PathOf(broken, failed), ".why[data-outcome=failed]"),
        })
            foreach (var look in Look.All)
            {
                browser.Wear(look);
                browser.Go(path);
                Assert.Single(browser.All(shown));
                browser.Run<object>("document.querySelectorAll('main details').forEach(one => one.open = true)");
                browser.AssertAccessible($"{name} {look}");
            }
        browser.Go(Stories.PathOf(forced, resize));
        Assert.NotEmpty(browser.All("#changes tbody tr"));
        second.Open();
        await Cloud.EndedAsync(server, running);
        Cloud.Calm();
    }

    [Fact]
    public async Task Axe_finds_nothing_wrong_with_pages_that_ask_refuse_or_tell()
    {
        await using var receiver = await HookReceiver.StartAsync();
        var (server, subscription) = await PrepareAsync(receiver);
        var deleted = await Cloud.CreateServerAsync();
        await Cloud.DeleteAsync(deleted);
        var browser = browsed.Open();
        foreach (var look in Look.All)
        {
            browser.Forget();
            browser.Wear(look);
            Refuse(browser);
            await browser.UntilAsync(() => browser.All("#problem").Count == 1);
            browser.AssertAccessible($"refused sign-in {look}");
            browser.Find(".tabs a:last-child").Click();
            await browser.UntilAsync(() => browser.All("input[name=credential_id]").Count == 1);
            browser.AssertAccessible($"sign-in with a credential {look}");
            await browser.SignInAsync("chooser", browsed.PasswordOf("chooser"), "");
            Assert.Equal(2, browser.All(".choose button").Count);
            browser.Find("#menu-user summary").Click();
            browser.AssertAccessible($"project choice {look}");
            browser.Find(".choose button").Click();
            foreach (var (path, shown) in new[]
            {
                ("/ui/servers?marker=nothing", ".notice-status"), (Stories.PathOf(Guid.NewGuid()), ".notice-status"),
                ("/ui/operators", "#no-permission"), (Stories.PathOf(server) + "/console", "#console"),
                (Stories.PathOf(server), "#locked"), (Stories.PathOf(deleted), "#deleted"),
                ("/ui/subscriptions", $"tbody a[href='{subscription}']"),
            })
            {
                await browser.UntilAsync(() => browser.All("main").Count == 1);
                browser.Go(path);
                Assert.Single(browser.All(shown));
                browser.AssertAccessible($"{path} {look}");
            }
            browser.Go(subscription);
            browser.Find("form[action$='/test'] button").Click();
            await browser.UntilAsync(() => browser.All("#told-test").Count == 1 && browser.All("tbody tr").Count > 0);
            browser.Find("#redeliver-failed summary").Click();
            browser.AssertAccessible($"subscription {look}");
            RefuseToCreate(browser);
            await browser.UntilAsync(() => browser.All("#problem").Count == 1);
            browser.AssertAccessible($"refused creation {look}");
            browser.Web.Manage().Cookies.DeleteCookieNamed("kiroku");
            browser.Find("form.create button").Click();
            await browser.UntilAsync(() => browser.All("form.again").Count == 1);
            browser.AssertAccessible($"send again after the end {look}");
            var (first, _) = browser.OpenTab();
            await browser.SignInAsync("demo", browsed.PasswordOf("demo"), "demo");
            browser.Show(first);
            browser.Find(".again button").Click();
            await browser.UntilAsync(
                () => browser.All("form.again").Count == 1 && browser.All("main a[target]").Count == 0);
            browser.AssertAccessible($"send again as somebody else {look}");
        }
    }

    private static void Refuse(Browser browser)
    {
        browser.Go("/ui/sign-in");
        browser.Find("input[name=user]").SendKeys("demo");
        browser.Find("input[name=password]").SendKeys("wrong");
        browser.Find("form.fields button").Click();
    }

    private static void RefuseToCreate(Browser browser)
    {
        browser.Go("/ui/servers/create");
        browser.Find("input[name=name]").SendKeys("  ");
        if (browser.All("select[name=image] option[value='']").Count > 0)
            browser.Find("select[name=image] option:last-child").Click();
        browser.Find("input[name=flavor]:enabled").Click();
        browser.Find("form.create button").Click();
    }

    /// <summary>A resize before which the guest did not switch off by itself.</summary>
    private async Task<(Guid Server, string Request)> ForcedResizeAsync()
    {
        var server = await Cloud.CreateServerAsync();
        Cloud.Host.IsDeaf = true;
        var request = (await Cloud.DoAsync(server, Stories.Resize)).Action.RequestId;
        Cloud.Host.IsDeaf = false;
        return (server, request);
    }

    private async Task<(Guid Server, string Request)> CancelledAsync()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, Stories.Stop);
        await gate.Reached;
        await Cloud.Demo.AskAsync("POST", $"/actions/v1/servers/{server}/actions/{request}/cancel");
        gate.Open();
        Assert.Equal("cancelled", (await Cloud.EndedAsync(server, request)).Action.Outcome);
        Cloud.Calm();
        return (server, request);
    }

    /// <summary>A locked server, a subscription with deliveries, and a user of two projects.</summary>
    private async Task<(Guid Server, string Subscription)> PrepareAsync(HookReceiver receiver)
    {
        await People.AddAsync(Cloud.App, "chooser", "demo", "member");
        await People.AlsoInAsync(Cloud.App, "chooser", "second", "member");
        var (_, made) = await Cloud.Demo.AskAsync(
            "POST", "/actions/v1/subscriptions", $$"""{"url":"{{receiver.Url}}","description":"Tickets"}""");
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, """{"lock":{"locked_reason":"Under repair until Monday"}}""");
        return (server, $"/ui/subscriptions/{made!["id"]}");
    }
}
