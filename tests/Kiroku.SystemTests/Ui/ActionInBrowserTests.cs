using System.Diagnostics;
using Kiroku.Hypervisors;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.SystemTests.Ui;

/// <summary>The page of an action in a real browser: how it looks to axe, and how it follows what happens.</summary>
public sealed class ActionInBrowserTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Stop = """{"os-stop":null}""";
    private const string Start = """{"os-start":null}""";

    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task Axe_finds_nothing_in_either_theme_and_language()
    {
        var (server, failed) = await FailedAsync();
        await Browser.InEachLookAsync(Cloud.App.Address, async (browser, look) =>
        {
            browser.Go("/ui/sign-in");
            browser.AssertAccessible($"sign-in {look}");
            await browser.SignInAsync("admin", Cloud.App.PasswordOf("admin"), "admin");
            foreach (var path in new[] { "/ui/project", "/ui/nowhere", PathOf(server, failed) })
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
        await Cloud.DoAsync(server, Stop);
        var (first, second) = (new Gate(), new Gate());
        var gates = new Queue<Gate>([first, second]);
        Cloud.Hypervisor.Before = operation
            => operation == "start" && gates.TryDequeue(out var gate) ? gate.PassAsync() : Task.CompletedTask;
        var (_, request) = await Cloud.ActAsync(server, Start);
        await first.Reached;
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go(PathOf(server, request));
        await browser.UntilAsync(() => !browser.Run<bool>("return document.getElementById('live-state').hidden"));
        browser.Find("#menu-user summary").Click();
        browser.Run<object>("document.querySelector('#menu-user button[value=dark]').focus(); window.kept = "
            + "document.querySelector('.timeline-row[data-result]')");
        first.Fail(new HypervisorException(HypervisorFailure.Failed, "start the machine", "the disk is away"));
        await second.Reached;
        await browser.UntilAsync(() => browser.All(".timeline-row[data-retry][data-result=running]").Count == 1);
        Assert.Equal("Error", browser.Run<string>("return kept.isConnected && kept.dataset.result"));
        // Only the stream is to tell.
        browser.Run<object>("delete document.getElementById('main').dataset.running");
        var watch = Stopwatch.StartNew();
        second.Open();
        await browser.UntilAsync(
            () => browser.Find(".title .badge").Text.Contains("after retries", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"on screen after {watch.ElapsedMilliseconds} ms");
        Assert.True(browser.Run<bool>("return document.querySelector('#menu-user').open"));
        Assert.Equal("dark", browser.Run<string>("return document.activeElement.value"));
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
    }

    [Fact]
    public async Task With_scripts_off_it_is_read_and_cancelled()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, Stop);
        await gate.Reached;
        using var browser = Browser.Open(Cloud.App.Address, new BrowserChoice { Scripts = false });
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go(PathOf(server, request));
        Assert.True(browser.Find(".timeline-row[data-result=running] rect.bar").Size.Width > 100);
        browser.Find("#cancel summary").Click();
        browser.Find("#cancel button").Click();
        // The page that answers comes with its question closed.
        await browser.UntilAsync(() => browser.All("#cancel[open]").Count == 0);
        gate.Open();
        Assert.Equal("cancelled", (await Cloud.EndedAsync(server, request)).Action.Outcome);
        browser.Go(PathOf(server, request));
        Assert.Contains("Cancelled", browser.Find(".title .badge").Text, StringComparison.Ordinal);
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
    }

    [Fact]
    public async Task A_session_that_ends_leads_to_signing_in_and_back()
    {
        var server = await Cloud.CreateServerAsync();
        var gate = Gate.At(Cloud, "stop");
        var (_, request) = await Cloud.ActAsync(server, Stop);
        await gate.Reached;
        using var browser = Browser.Open(Cloud.App.Address);
        await browser.SignInAsync("demo", Cloud.App.PasswordOf("demo"), "demo");
        browser.Go(PathOf(server, request));
        browser.Web.Manage().Cookies.DeleteCookieNamed("kiroku");
        gate.Open();
        await browser.UntilAsync(() => browser.Web.Url.Contains(
            $"/ui/sign-in?return={Uri.EscapeDataString(PathOf(server, request))}", StringComparison.Ordinal));
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
    }

    /// <summary>Writes pictures into the folder that KIROKU_PICTURES names, for people to look at.</summary>
    [Fact(Explicit = true)]
    public async Task Pictures()
    {
        var folder = Directory.CreateDirectory(Environment.GetEnvironmentVariable("KIROKU_PICTURES")!).FullName;
        var (server, failed) = await FailedAsync();
        await Browser.InEachLookAsync(Cloud.App.Address, async (browser, look) =>
        {
            browser.Go("/ui/sign-in");
            browser.Picture(Path.Combine(folder, $"sign-in-{look}.png"));
            await browser.SignInAsync("admin", Cloud.App.PasswordOf("admin"), "admin");
            browser.Picture(Path.Combine(folder, $"project-{look}.png"));
            foreach (var width in Browser.Widths)
            {
                browser.Resize(width, 900);
                browser.Go(PathOf(server, failed));
                browser.Picture(Path.Combine(folder, $"action-{look}-{width}.png"));
            }
            browser.Find("#menu-user summary").Click();
            browser.Picture(Path.Combine(folder, $"menu-{look}.png"));
        });
    }

    private static string PathOf(Guid server, string request) => $"/ui/servers/{server}/actions/{request}";

    private async Task<(Guid Server, string Request)> FailedAsync()
    {
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, Stop);
        Cloud.Hypervisor.Before = operation => operation == "start"
            ? throw new HypervisorException(HypervisorFailure.Failed, "start the machine", "the disk is away")
            : Task.CompletedTask;
        var failed = (await Cloud.DoAsync(server, Start)).Action.RequestId;
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        return (server, failed);
    }
}
