using System.Net;
using Kiroku.Access;
using Kiroku.Identity.Accounts;
using Kiroku.Tests.Servers;
using Kiroku.Tests.Servers.ManyHosts;

namespace Kiroku.Tests.Ui;

/// <summary>Sessions that end while their pages are open, that have two tabs, and that go to another node.</summary>
public sealed class SessionEndTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private Cloud Cloud => running.Cloud;

    private static (string, string) Own => ("Sec-Fetch-Site", "same-origin");

    [Theory]
    [InlineData("password")]
    [InlineData("disabled")]
    [InlineData("role")]
    public async Task It_ends_with_the_password_the_account_and_the_role_and_no_form_is_lost(string what)
    {
        var name = $"person-{what}";
        var person = await People.AddAsync(Cloud.App, name, "demo", "member");
        using var client = await PageClient.SignInAsync(Cloud.App, name, "demo");
        var path = $"/ui/servers/{running.Server}";
        var page = await client.GetAsync(path);
        Assert.Equal(200, page.Status);
        var (status, _) = what switch
        {
            "password" => await Cloud.Admin.AskAsync("PATCH", $"/identity/v3/users/{person.UserId}",
                """{"user":{"password":"quite another one"}}"""),
            "disabled" => await Cloud.Admin.AskAsync(
                "PATCH", $"/identity/v3/users/{person.UserId}", """{"user":{"enabled":false}}"""),
            _ => await Cloud.Admin.AskAsync("DELETE", $"/identity/v3/projects/{person.ProjectId}/users/"
                + $"{person.UserId}/roles/{Role.Of(RoleNames.Member).Id}"),
        };
        Assert.InRange(status, 200, 204);
        var before = await running.RowsAsync();
        var sent = await client.SubmitAsync(page, $"{path}/acts/createImage", ("name", "typed <i>"));
        Assert.Equal(401, sent.Status);
        Assert.Contains(("name", "typed <i>"), sent.Fill($"{path}/acts/createImage", []));
        Assert.Equal(before, await running.RowsAsync());
        var refused = await client.GetAsync(path);
        Assert.Equal((303, $"/ui/sign-in?return={Uri.EscapeDataString(path)}"), (refused.Status, refused.Location));
        var form = await client.GetAsync(refused.Location!);
        var again = await client.SubmitAsync(form, "/ui/sign-in", ("user", name),
            ("password", what == "password" ? "quite another one" : PageClient.PasswordOf(Cloud.App, name)),
            ("project", "demo"));
        Assert.Equal(what == "password" ? 303 : 401, again.Status);
    }

    [Fact]
    public async Task Links_to_files_and_documents_then_lead_to_signing_in_and_back_to_where_they_are()
    {
        var action = (await Cloud.NewestActionAsync(running.Server)).Action.RequestId;
        var json = $"/ui/servers/{running.Server}/actions/{action}/json";
        const string Filter = "filter=action%20%3D%20create";
        foreach (var cookie in new[] { true, false })
            foreach (var (path, back) in new[]
            {
                ($"/ui/actions/export?format=csv&{Filter}", $"/ui/actions?{Filter}"), (json, json),
                ($"{json}?form=nova", $"{json}?form=nova"),
            })
            {
                using var client = await EndedAsync(cookie);
                var answer = await client.GetAsync(path);
                Assert.Equal(
                    (303, $"/ui/sign-in?return={Uri.EscapeDataString(back)}"), (answer.Status, answer.Location));
                Assert.Equal("", answer.Header("WWW-Authenticate"));
            }
        using var follower = await EndedAsync(withCookie: true);
        Assert.Equal(401, (await follower.GetAsync("/ui/stream")).Status);
    }

    [Fact]
    public async Task Two_tabs_of_a_session_both_work_and_signing_out_in_one_ends_the_other()
    {
        var server = await Cloud.CreateServerAsync();
        using var client = await PageClient.SignInAsync(Cloud.App);
        var one = await client.GetAsync($"/ui/servers/{server}");
        var other = await client.GetAsync("/ui/servers/create");
        Assert.NotEqual(TokenOf(one), TokenOf(other));
        var made = await client.SubmitAsync(other, "/ui/servers/create",
            ("name", "from a tab"), ("image", Cloud.Image), ("flavor", Cloud.Small));
        Assert.Equal(303, made.Status);
        var locked = await client.SubmitAsync(one, $"/ui/servers/{server}/acts/lock", ("reason", "why"));
        Assert.Equal(303, locked.Status);
        var kept = await client.GetAsync("/ui/servers/create");
        Assert.Equal(303, (await client.SubmitAsync(one, "/ui/sign-out")).Status);
        var count = (await Cloud.ServersAsync()).Count;
        var late = await client.SubmitAsync(kept, "/ui/servers/create",
            ("name", "too <late>"), ("image", Cloud.Image), ("flavor", Cloud.Small));
        Assert.InRange(late.Status, 400, 401);
        Assert.Contains(("name", "too <late>"), late.Fill("/ui/servers/create", []));
        Assert.Equal(count, (await Cloud.ServersAsync()).Count);
        Assert.Equal(303, (await client.GetAsync("/ui/servers")).Status);
        // Signed in again, in whichever tab, what was typed is sent from there.
        using var back = await PageClient.SignInAsync(Cloud.App);
        var again = await back.GetAsync("/ui/project");
        var typed = late.Fill("/ui/servers/create", [])
            .Where(field => !field.Name.StartsWith("__", StringComparison.Ordinal));
        Assert.Equal(303, (await back.PostAsync(
            "/ui/servers/create", [.. typed, .. again.Fill("/ui/sign-out", [])], Own)).Status);
    }

    [Fact]
    public async Task Another_node_on_the_same_store_takes_the_session_and_its_forms()
    {
        await using var cloud = await HostsCloud.StartAsync(2, Cloud.Unwatched);
        using var here = await PageClient.SignInAsync(cloud["a"].App, "admin");
        var server = await cloud.CreateServerAsync("a");
        using var there = new PageClient(cloud["b"].App);
        foreach (Cookie cookie in here.Cookies.GetCookies(cloud["a"].App.Address))
            there.Cookies.Add(cloud["b"].App.Address, new Cookie(cookie.Name, cookie.Value, cookie.Path));
        var page = await here.GetAsync($"/ui/servers/{server}");
        Assert.Equal((200, 200), (page.Status, (await there.GetAsync($"/ui/servers/{server}")).Status));
        var locked = await there.SubmitAsync(page, $"/ui/servers/{server}/acts/lock", ("reason", ""));
        Assert.Equal(303, locked.Status);
        Assert.Equal(200, (await here.GetAsync(locked.Location!)).Status);
        Assert.Equal(303, (await there.SubmitAsync(page, "/ui/sign-out")).Status);
        Assert.Equal(303, (await here.GetAsync($"/ui/servers/{server}")).Status);
    }

    /// <summary>A browser whose session has ended, and which has kept its cookie or not.</summary>
    private async Task<PageClient> EndedAsync(bool withCookie)
    {
        var client = await PageClient.SignInAsync(Cloud.App);
        var kept = client.Cookies.GetCookies(Cloud.App.Address)["kiroku"]!.Value;
        await client.SubmitAsync(await client.GetAsync("/ui/project"), "/ui/sign-out");
        if (withCookie)
            client.Cookies.Add(Cloud.App.Address, new Cookie("kiroku", kept));
        return client;
    }

    private static string TokenOf(ShownPage page)
        => page.Fill("/ui/sign-out", []).Single(field => field.Name.StartsWith("__", StringComparison.Ordinal)).Value;
}
