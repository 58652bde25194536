using Kiroku.Tests.Servers;
using OpenQA.Selenium;

namespace Kiroku.SystemTests.Ui;

/// <summary>Sessions in several tabs, and sessions that end while a page is looked at or typed into.</summary>
[Collection<InOneBrowser>]
public sealed class SessionsInBrowserTests(BrowsedCloud browsed)
{
    private Cloud Cloud => browsed.Cloud;

    [Fact]
    public async Task Two_tabs_of_a_session_see_each_others_acts_and_end_together()
    {
        var server = await Cloud.CreateServerAsync();
        var browser = await browsed.SignInAsync();
        browser.Go(Stories.PathOf(server));
        await browser.UntilLiveAsync();
        browser.MarkDocument();
        var (first, second) = browser.OpenTab();
        browser.Go(Stories.PathOf(server));
        browser.Find("#act-stop").Click();
        await browser.UntilAsync(() => browser.Find(".title .badge").Text == "Succeeded");
        browser.Show(first);
        await browser.UntilAsync(".title .badge", "Stopped");
        browser.AssertSameDocument();

        var (_, third) = browser.OpenTab();
        // It does not follow anything.
        browser.Go("/ui/project");
        browser.Show(second);
        browser.Find("#menu-user summary").Click();
        browser.Find("form[action='/ui/sign-out'] button").Click();
        await browser.UntilAsync(() => browser.All("input[name=password]").Count == 1);
        // In a tab that shows the former session still, signing out again is no error.
        browser.Show(third);
        browser.Find("#menu-user summary").Click();
        browser.Find("form[action='/ui/sign-out'] button").Click();
        await browser.UntilAsync(() => browser.All("input[name=password]").Count == 1);
        browser.Show(first);
        await Cloud.DoAsync(server, Stories.Start);
        await UntilAskedToSignInAsync(browser, Stories.PathOf(server));
        // It stays there.
        browser.MarkDocument();
        await Cloud.DoAsync(server, Stories.Stop);
        await SignInHereAsync(browser, "demo", "demo");
        await browser.UntilAsync(".title .badge", "Stopped");
    }

    [Fact]
    public async Task After_a_change_of_the_password_a_live_page_leads_to_signing_in_and_back()
    {
        var person = await People.AddAsync(Cloud.App, "changer", "demo", "member");
        var server = await Cloud.CreateServerAsync();
        var browser = await browsed.SignInAsync("changer", "demo");
        browser.Go(Stories.PathOf(server));
        await browser.UntilLiveAsync();
        var former = browsed.PasswordOf("changer");
        await ChangePasswordAsync(person, former, "Quite-another-1");
        await Cloud.DoAsync(server, Stories.Stop);
        await UntilAskedToSignInAsync(browser, Stories.PathOf(server));
        Assert.DoesNotContain($"{server}", browser.Run<string>("return document.body.innerText"),
            StringComparison.Ordinal);
        // Whoever comes instead is shown nothing of it.
        await SignInHereAsync(browser, "other", "other");
        await browser.UntilAsync(() => browser.Find("h1").Text == "There is nothing here");
        browser.Go($"/ui/sign-in?return={Uri.EscapeDataString(Stories.PathOf(server))}");
        await SignInHereAsync(browser, "changer", "demo", "Quite-another-1");
        await browser.UntilAsync(".title .badge", "Stopped");
    }

    [Fact]
    public async Task What_was_typed_when_the_session_ended_is_sent_after_signing_in_again()
    {
        var person = await People.AddAsync(Cloud.App, "typist", "demo", "member");
        var server = await Cloud.CreateServerAsync();
        var browser = await browsed.SignInAsync("typist", "demo");
        browser.Go(Stories.PathOf(server));
        await browser.UntilLiveAsync();
        browser.Find("#act-lock summary").Click();
        browser.Find("#field-lock").SendKeys("<b>Under</b> repair");
        await ChangePasswordAsync(person, browsed.PasswordOf("typist"), "Quite-another-2");
        await Cloud.DoAsync(server, Stories.Stop);
        // Nothing leads away from a form, and nothing new is shown.
        await browser.UntilAsync(() => browser.All("#live-state.lost").Count == 1);
        Assert.Equal("<b>Under</b> repair", browser.Find("#field-lock").GetDomProperty("value"));
        browser.Find("#act-lock button").Click();
        await browser.UntilAsync(() => browser.Find("h1").Text == "Your session has ended");
        Assert.Contains("<b>Under</b> repair", browser.Find(".again").Text, StringComparison.Ordinal);
        var again = browser.Web.CurrentWindowHandle;
        browser.Find("main a.button").Click();
        browser.Show(browser.Web.WindowHandles.Single(tab => tab != again));
        await browser.UntilAsync(() => browser.All("input[name=password]").Count == 1);
        await SignInHereAsync(browser, "typist", "demo", "Quite-another-2");
        await browser.UntilAsync(() => browser.Find("h1").Text == "Servers");
        browser.Show(again);
        browser.Find(".again button").Click();
        // The same person in the same project is not asked whether it is theirs.
        await browser.UntilAsync(() => browser.Find("h1").Text == "Lock");
        browser.Go(Stories.PathOf(server));
        Assert.Contains("<b>Under</b> repair", browser.Find("#locked").Text, StringComparison.Ordinal);
    }

    private static Task UntilAskedToSignInAsync(Browser browser, string from) => browser.UntilAsync(
        () => browser.Web.Url.EndsWith($"/ui/sign-in?return={Uri.EscapeDataString(from)}", StringComparison.Ordinal)
            && browser.All("input[name=password]").Count == 1);

    /// <summary>Signs in by the form that is there.</summary>
    private async Task SignInHereAsync(Browser browser, string user, string project, string? password = null)
    {
        browser.Find("input[name=user]").SendKeys(user);
        browser.Find("input[name=password]").SendKeys(password ?? browsed.PasswordOf(user));
        browser.Find("input[name=project]").SendKeys(project + Keys.Enter);
        await browser.UntilAsync(() => browser.All("#menu-user").Count == 1);
    }

    private static async Task ChangePasswordAsync(TestUser person, string former, string password)
    {
        var (status, _) = await person.AskAsync("POST", $"/identity/v3/users/{person.UserId}/password",
            $$$"""{"user":{"original_password":"{{{former}}}","password":"{{{password}}}"}}""");
        Assert.Equal(204, status);
    }
}
