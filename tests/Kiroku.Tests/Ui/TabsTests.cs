using System.Net;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>Two tabs of one browser, of which one does what the other does not know of.</summary>
public sealed class TabsTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Create = "/ui/servers/create";

    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task A_server_is_made_in_the_project_that_its_form_was_shown_in_or_after_asking_in_the_new_one()
    {
        using var client = await InTwoProjectsAsync("tabs");
        var form = await client.GetAsync(Create);
        await SwitchAsync(client, Cloud.Admin.ProjectId);
        var (here, there) = (await CountAsync(Cloud.Demo), await CountAsync(Cloud.Admin));

        var asked = await client.SubmitAsync(
            form, Create, ("name", "typed"), ("image", Cloud.Image), ("flavor", Cloud.Small));
        Assert.Equal((400, "admin"), (asked.Status, asked.Find(".menu-where").TextContent));
        Assert.Equal((here, there), (await CountAsync(Cloud.Demo), await CountAsync(Cloud.Admin)));

        var sent = await client.SubmitAsync(asked, Create);
        Assert.Equal(303, sent.Status);
        Assert.Equal((here, there + 1), (await CountAsync(Cloud.Demo), await CountAsync(Cloud.Admin)));
    }

    [Fact]
    public async Task What_an_ended_session_asks_for_does_not_take_away_the_new_one()
    {
        using var client = await InTwoProjectsAsync("switcher");
        var former = client.Cookies.GetCookies(Cloud.App.Address)["kiroku"]!.Value;
        await SwitchAsync(client, Cloud.Admin.ProjectId);

        using var late = new PageClient(Cloud.App);
        late.Cookies.Add(Cloud.App.Address, new Cookie("kiroku", former));
        foreach (var path in new[] { "/ui/servers", "/ui/actions/export?format=csv" })
        {
            var answer = await late.GetAsync(path);
            Assert.Equal(303, answer.Status);
            Assert.StartsWith("/ui/sign-in?return=", answer.Location, StringComparison.Ordinal);
            Assert.DoesNotContain("kiroku=", answer.Header("Set-Cookie"), StringComparison.Ordinal);
        }
        var signIn = await late.GetAsync("/ui/sign-in");
        Assert.Null(signIn.Document.QuerySelector("#menu-user"));
        Assert.Equal(200, (await client.GetAsync("/ui/servers")).Status);
    }

    [Fact]
    public async Task A_form_is_kept_however_often_it_is_sent_before_anybody_signs_in()
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(Create);
        client.Cookies.GetCookies(Cloud.App.Address)["kiroku"]!.Expired = true;
        for (var i = 0; i < 3; i++)
        {
            page = await client.SubmitAsync(page, Create, ("name", "typed <once>"));
            Assert.Equal((401, "Your session has ended"), (page.Status, page.Find("h1").TextContent));
            Assert.Contains(("name", "typed <once>"), page.Fill(Create, []));
        }
    }

    [Fact]
    public async Task A_sign_in_that_came_too_late_leads_where_it_would_have_led()
    {
        using var client = new PageClient(Cloud.App);
        var form = await client.GetAsync("/ui/sign-in?return=/ui/actions%3Ffilter%3Da");
        await client.SubmitAsync(await client.GetAsync("/ui/sign-in"), "/ui/sign-in",
            ("user", "demo"), ("password", Cloud.App.PasswordOf("demo")), ("project", "demo"));
        var late = await client.SubmitAsync(form, "/ui/sign-in", ("user", "demo"), ("password", "x"));
        Assert.Equal((303, "/ui/sign-in?return=%2Fui%2Factions%3Ffilter%3Da"), (late.Status, late.Location));
    }

    [Fact]
    public async Task A_link_of_another_site_leaves_the_forms_of_open_tabs_as_they_are()
    {
        using var client = new PageClient(Cloud.App);
        var form = await client.GetAsync("/ui/sign-in");
        var cookie = form.Headers["Set-Cookie"].Single(set => set.StartsWith("kiroku-form", StringComparison.Ordinal));
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
    }

    private async Task<PageClient> InTwoProjectsAsync(string name)
    {
        await People.AddAsync(Cloud.App, name, "demo", "member");
        await People.AlsoInAsync(Cloud.App, name, "admin", "member");
        return await PageClient.SignInAsync(Cloud.App, name, "demo");
    }

    private static async Task SwitchAsync(PageClient client, string project)
    {
        var choice = await client.GetAsync("/ui/project");
        Assert.Equal(303, (await client.SubmitAsync(choice, "/ui/project", ("project", project))).Status);
    }

    private static async Task<int> CountAsync(TestUser user)
        => (await user.GetJsonAsync("/v2.1/servers"))["servers"]!.AsArray().Count;
}
