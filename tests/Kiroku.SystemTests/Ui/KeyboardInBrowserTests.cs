using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;
using OpenQA.Selenium;

namespace Kiroku.SystemTests.Ui;

/// <summary>The page without a mouse: every key press goes where the focus is seen to be.</summary>
[Collection<InOneBrowser>]
public sealed class KeyboardInBrowserTests(BrowsedCloud browsed)
{
    private Cloud Cloud => browsed.Cloud;

    [Fact]
    public async Task By_keys_alone_one_signs_in_acts_cancels_filters_changes_the_look_and_signs_out()
    {
        var server = await Cloud.CreateServerAsync();
        var browser = browsed.Open();
        browser.Go("/ui/sign-in");
        // The form is where one begins.
        browser.Press("input[name=user]", "demo");
        browser.Press("input[name=password]", browsed.PasswordOf("demo"));
        browser.Press("input[name=project]", "demo", Keys.Enter);
        await browser.UntilAsync(() => browser.Find("h1").Text == "Servers");
        browser.Press(".skip", Keys.Enter);
        Assert.True(browser.Run<bool>("return document.activeElement.id === 'main'"));
        browser.Press($"[id='s-{server}'] a", Keys.Enter);
        await browser.UntilAsync(() => browser.All("#act-shelve").Count == 1);

        var gate = Gate.At(Cloud, "stop");
        browser.Press("#act-shelve summary", Keys.Space);
        browser.Press("#act-shelve[open] button", Keys.Enter);
        await gate.Reached;
        await browser.UntilAsync(() => browser.Find("h1").Text == "Shelve" && browser.All("#cancel").Count == 1);
        browser.Press("#cancel summary", Keys.Enter);
        browser.Press("#cancel summary", Keys.Escape);
        await browser.UntilAsync(() => browser.All("#cancel[open]").Count == 0);
        browser.Press("#cancel summary", Keys.Enter);
        browser.Press("#cancel[open] button", Keys.Space);
        await browser.UntilAsync(() => browser.Find(".title .badge").Text == "Cancelled");
        Cloud.Calm();

        browser.Press(".head nav a[href='/ui/actions']", Keys.Enter);
        await browser.UntilAsync(() => browser.All("#filter-form").Count == 1);
        browser.Press("#filter-form select[name=outcome]", "Cancelled");
        browser.Press("#filter-form input[name=server]", $"{server}");
        browser.Press("#filter-form button.primary", Keys.Enter);
        await browser.UntilAsync(() => browser.All("tbody tr[data-outcome=cancelled]").Count == 1
            && browser.All("tbody tr").Count == 1);

        browser.Press("#menu-user summary", Keys.Enter);
        browser.Press("#menu-user button[value=ja]", Keys.Enter);
        await browser.UntilAsync(() => browser.Run<string>("return document.documentElement.lang") == "ja");
        // The choice leads back to the list as it was filtered.
        Assert.Single(browser.All("tbody tr[data-outcome=cancelled]"));
        browser.Press("#menu-user summary", Keys.Space);
        browser.Press("#menu-user button[value=dark]", Keys.Space);
        await browser.UntilAsync(
            () => browser.Run<string>("return getComputedStyle(document.body).colorScheme") == "dark");
        browser.Press("#menu-user summary", Keys.Enter);
        browser.Press("form[action='/ui/sign-out'] button", Keys.Enter);
        await browser.UntilAsync(() => browser.All("input[name=password]").Count == 1);
        browser.Go(Stories.PathOf(server));
        Assert.Single(browser.All("input[name=password]"));
    }
}
