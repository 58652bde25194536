using Kiroku.Tests.CommandLine.ActionCommands;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.SystemTests.Ui;

/// <summary>Pages that follow what happens through retries and broken streams, and that nobody loads again.</summary>
[Collection<InOneBrowser>]
public sealed class LiveInBrowserTests(BrowsedCloud browsed)
{
    private Cloud Cloud => browsed.Cloud;

    [Fact]
    public async Task An_owner_watches_a_resize_with_a_retry_in_it_until_it_is_confirmed()
    {
        var server = await Cloud.CreateServerAsync();
        var browser = await browsed.SignInAsync();
        browser.Go(Stories.PathOf(server));
        var (first, second) = (new Gate(), new Gate());
        Gate.InTurn(Cloud, "start", first, second);
        browser.Find("#act-resize summary").Click();
        browser.Find($"#field-resize option[value='{Cloud.Large}']").Click();
        browser.Find("#act-resize button").Click();
        await first.Reached;
        await browser.UntilAsync(() => browser.Find("h1").Text == "Resize");
        await browser.UntilLiveAsync();
        browser.MarkDocument();
        first.Fail(Stories.Away);
        await second.Reached;
        await browser.UntilAsync(() => browser.All(".timeline-row[data-retry][data-result=running]").Count == 1);
        Assert.NotEmpty(browser.Find(".timeline-row[data-result=Error] .reason").Text);
        second.Open();
        await browser.UntilAsync(
            () => browser.Find(".title .badge").Text == "Succeeded after retries");
        Assert.NotEmpty(browser.All("#changes tbody tr"));
        browser.AssertSameDocument();
        browser.Find(".crumbs a").Click();
        await browser.UntilAsync(() => browser.All("#act-confirmResize").Count == 1);
        Cloud.Calm();
    }

    [Fact]
    public async Task An_owner_cancels_what_runs_and_sees_it_end()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, Stories.Stop);
        await gate.Reached;
        var browser = await browsed.SignInAsync();
        browser.Go(Stories.PathOf(server, request));
        browser.Find("#cancel summary").Click();
        browser.Find("#cancel button").Click();
        await browser.UntilAsync(() => browser.Find(".title .badge").Text == "Cancelled");
        Assert.Contains("Cancelled by demo", browser.Find(".why").Text, StringComparison.Ordinal);
        Assert.Empty(browser.All("#cancel"));
        Cloud.Calm();
    }

    [Fact]
    public async Task A_page_says_that_its_stream_has_broken_and_catches_up()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, Stories.Stop);
        await using var way = BreakableWay.To(Cloud.App.Address);
        using var browser = Browser.Open(way.Address);
        await browser.SignInAsync("demo", browsed.PasswordOf("demo"), "demo");
        browser.Go(Stories.PathOf(server));
        await browser.UntilLiveAsync();
        browser.MarkDocument();
        way.Break();
        await browser.UntilAsync(() => browser.Find("#live-state.lost").Text == "Reconnecting");
        // Nobody tells the page of this.
        await Cloud.DoAsync(server, Stories.Start);
        Assert.Contains("Stopped", browser.Find(".title .badge").Text, StringComparison.Ordinal);
        way.Mend();
        await browser.UntilAsync(".title .badge", "Active");
        await browser.UntilLiveAsync();
        browser.AssertSameDocument();
    }

    [Fact]
    public async Task A_page_goes_on_at_the_next_node_when_its_own_is_stopped()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await using var way = BreakableWay.To(cloud.App.Address);
        using var browser = Browser.Open(way.Address);
        await browser.SignInAsync("demo", cloud.App.PasswordOf("demo"), "demo");
        browser.Go(Stories.PathOf(server));
        browser.Find("#act-lock summary").Click();
        browser.Find("#field-lock").SendKeys("half a sen");
        await browser.UntilLiveAsync();
        browser.MarkDocument();
        await cloud.StopAsync();
        await browser.UntilAsync(() => browser.All("#live-state.lost").Count == 1);
        await cloud.StartAgainAsync();
        way.Target = cloud.App.Address;
        await browser.UntilLiveAsync();
        await cloud.DoAsync(server, Stories.Stop);
        await browser.UntilAsync(".title .badge", "Stopped");
        Assert.Equal("half a sen", browser.Find("#field-lock").GetDomProperty("value"));
        browser.AssertSameDocument();
    }
}
