using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.SystemTests.Ui;

/// <summary>The page in a browser that runs no scripts: all is read and done, only not by itself.</summary>
public sealed class ScriptlessInBrowserTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task Without_scripts_one_creates_reads_filters_exports_acts_cancels_and_signs_out()
    {
        using var browser = Browser.Open(Cloud.App.Address, new BrowserChoice { Scripts = false });
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go("/ui/servers");
        browser.Find("main a[href='/ui/servers/create']").Click();
        browser.Find("input[name=name]").SendKeys("unscripted");
        browser.Find("input[name=flavor]").Click();
        browser.Find("form.create button").Click();
        await browser.UntilAsync(() => browser.Find("h1").Text == "Create");
        var server = (await Cloud.ServersAsync()).Single(one => one.Name == "unscripted").Id;
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(server)).RunningAction is null);

        // A timeline with a retry, with times that need no script.
        await Cloud.DoAsync(server, Stories.Stop);
        Cloud.FailStarts(1);
        var retried = (await Cloud.DoAsync(server, Stories.Start)).Action.RequestId;
        Cloud.Calm();
        browser.Go(Stories.PathOf(server, retried));
        Assert.Equal("Succeeded after retries", browser.Find(".title .badge").Text);
        Assert.NotEmpty(browser.Find(".timeline-row[data-result=Error] .reason").Text);
        Assert.True(browser.Find(".timeline-row[data-retry] rect.bar").Size.Width > 1);
        Assert.EndsWith("UTC", browser.Find(".facts .exact time").Text, StringComparison.Ordinal);
        Assert.False(browser.Find("#live-state").Displayed);

        await ActAndCancelAsync(browser, server);
        await FilterAndExportAsync(browser, server);
        browser.Find("#menu-user summary").Click();
        browser.Find("form[action='/ui/sign-out'] button").Click();
        await browser.UntilAsync(() => browser.All("input[name=password]").Count == 1);
        browser.Go(Stories.PathOf(server));
        Assert.Single(browser.All("input[name=password]"));
    }

    private async Task ActAndCancelAsync(Browser browser, Guid server)
    {
        browser.Go(Stories.PathOf(server));
        Assert.False(browser.Find("#act-shelve button").Displayed);
        browser.Find("#act-shelve summary").Click();
        var gate = Gate.At(Cloud, "stop");
        browser.Find("#act-shelve button").Click();
        await gate.Reached;
        await browser.UntilAsync(() => browser.Find("h1").Text == "Shelve");
        browser.Find("#cancel summary").Click();
        browser.Find("#cancel button").Click();
        await browser.UntilAsync(() => browser.All("#cancel[open]").Count == 0);
        gate.Open();
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(server)).RunningAction is null);
        browser.Web.Navigate().Refresh();
        Assert.Equal("Cancelled", browser.Find(".title .badge").Text);
        Cloud.Calm();
    }

    private static async Task FilterAndExportAsync(Browser browser, Guid server)
    {
        browser.Find(".head nav a[href='/ui/actions']").Click();
        await browser.UntilAsync(() => browser.All("#filter-form").Count == 1);
        browser.Find("#filter-form select[name=outcome] option[value=cancelled]").Click();
        browser.Find("#filter-form input[name=server]").SendKeys($"{server}");
        browser.Find("#filter-form button.primary").Click();
        await browser.UntilAsync(() => browser.All("tbody tr").Count == 1);
        Assert.Equal("Shelve", browser.Find("tbody a.row-name").Text);
        browser.Find(".exports a[href*='format=jsonl']").Click();
        var saved = Path.Combine(browser.Downloads, "actions.jsonl");
        await browser.UntilAsync(() => File.Exists(saved));
        Assert.Contains($"{server}", await File.ReadAllTextAsync(saved, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
