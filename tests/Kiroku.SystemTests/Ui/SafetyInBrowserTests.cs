using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;
using Kiroku.Ui.Sessions;

namespace Kiroku.SystemTests.Ui;

/// <summary>What a real browser keeps from foreign pages, from scripts and from names that are markup.</summary>
[Collection<InOneBrowser>]
public sealed class SafetyInBrowserTests(BrowsedCloud browsed)
{
    private static readonly string[] Awkward =
    [
        "<img src=x onerror=window.ran=1>\"><script>window.ran=1</script></title><svg onload=window.ran=1>",
        "\u202egnp.evil\u2066\u200f", string.Concat(Enumerable.Repeat("😀", 255)),
    ];

    private Cloud Cloud => browsed.Cloud;

    [Fact]
    public async Task A_foreign_page_can_neither_frame_the_page_nor_send_its_forms()
    {
        var server = await Cloud.CreateServerAsync();
        await using var foreign = await ForeignSite.StartAsync(
            $"""
            <!DOCTYPE html><title>Foreign</title>
            <iframe id="page" src="{new Uri(Cloud.App.Address, Stories.PathOf(server))}"></iframe>
            <iframe id="own" src="/inner"></iframe>
            <form method="post" action="{new Uri(Cloud.App.Address, Stories.PathOf(server) + "/acts/delete")}">
              <button>Win</button></form>
            """);
        var browser = await browsed.SignInAsync();
        browser.Web.Navigate().GoToUrl(foreign.Address);
        // The same browser frames what may be framed.
        Assert.Contains("inner", browser.TextInFrame("own"), StringComparison.Ordinal);
        var framed = browser.TextInFrame("page");
        Assert.DoesNotContain("vm", framed, StringComparison.Ordinal);
        Assert.DoesNotContain($"{server}", framed, StringComparison.Ordinal);
        Assert.Contains(browser.Messages(), message => message.Contains("frame-ancestors", StringComparison.Ordinal));
        browser.Find("form button").Click();
        await browser.UntilAsync(() => browser.Find("h1").Text == "This form came from another site");
        Assert.Contains(await Cloud.ServersAsync(), kept => kept.Id == server);
    }

    [Fact]
    public async Task No_page_address_storage_or_console_has_the_token_the_password_or_the_cookie()
    {
        var (server, failed) = await Cloud.FailedAsync();
        var browser = await browsed.SignInAsync();
        var cookie = browser.Web.Manage().Cookies.GetCookieNamed("kiroku")!;
        Assert.True(cookie.IsHttpOnly);
        Assert.Equal("Lax", cookie.SameSite);
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = $"kiroku={cookie.Value}";
        var token = Cloud.App.Services.GetRequiredService<SessionCookies>().Read(context)!.Token;
        foreach (var path in new[]
        {
            "/ui/servers", "/ui/servers/create", Stories.PathOf(server), Stories.PathOf(server) + "/console",
            Stories.PathOf(server, failed), "/ui/actions", "/ui/subscriptions", "/ui/project", "/ui/nowhere",
            "/ui/operators", "/ui/sign-in",
        })
        {
            browser.Go(path);
            var all = string.Concat(browser.Messages()) + browser.Run<string>(
                "return document.documentElement.outerHTML + location.href + document.cookie + document.referrer"
                + " + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)");
            Assert.Contains("Kiroku", all, StringComparison.Ordinal);
            foreach (var secret in new[] { token, cookie.Value, Cloud.App.PasswordOf("demo") })
                Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
            Assert.Equal("", browser.Run<string>("return document.cookie"));
        }
    }

    [Fact]
    public async Task Names_that_are_markup_turn_text_around_or_are_very_long_run_nothing_and_fit_every_width()
    {
        var browser = browsed.Open();
        foreach (var (name, number) in Awkward.Select((name, number) => (name, number)))
        {
            var (server, failed) = await Cloud.FailedAsync();
            var reason = JsonValue.Create(name[..Math.Min(name.Length, 254)]).ToJsonString();
            await Cloud.DoAsync(server, $$$"""{"lock":{"locked_reason":{{{reason}}}}}""");
            await browsed.Running.SetAsync(server, "name = @name", new { name });
            // Whose own name and project stand in each page's head, and who is named beside each act of theirs.
            var person = await People.AddAsync(Cloud.App, $"{number}{name}", name, "member");
            await People.AlsoInAsync(Cloud.App, $"{number}{name}", "demo", "member");
            browser = await browsed.SignInAsync($"{number}{name}", name);
            Check(browser, "/ui/project", name, ".menu-where bdi");
            browser = await browsed.SignInAsync($"{number}{name}", "demo");
            browser.Go(Stories.PathOf(server));
            browser.Find("#act-unlock").Click();
            await browser.UntilAsync(() => browser.Find("h1").Text == "Unlock");
            Assert.NotEqual(Cloud.Demo.UserId, person.UserId);
            Check(browser, Stories.PathOf(server), name, "h1 bdi");
            Check(browser, Stories.PathOf(server) + "/console", name, "h1 bdi");
            Check(browser, Stories.PathOf(server, failed), name, ".crumbs bdi");
            Check(browser, $"/ui/servers?name={Uri.EscapeDataString(name)}", name, $"[id='s-{server}'] bdi");
            Check(browser, $"/ui/actions?filter=server.id%20%3D%20{server}", name, ".row-server bdi");
            Check(browser, $"/ui/actions?filter={Uri.EscapeDataString(name)}", name);
        }
    }

    private static void Check(Browser browser, string path, string name, string? place = null)
    {
        browser.Go(path);
        if (place is not null)
            Assert.Equal(name, browser.Run<string>($"return document.querySelector(\"{place}\").textContent"));
        browser.AssertFits($"{path} of {name}");
        Assert.False(browser.Run<bool>("return 'ran' in window"), path);
        browser.AssertQuiet();
    }
}
