using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Tests.Identity;
using Kiroku.Ui.SigningIn.Links;

namespace Kiroku.Tests.Ui;

/// <summary>Links that sign a browser in once: what they do, and when they do nothing.</summary>
public sealed class SignInLinkTests : SignInLinkScenario
{
    [Fact]
    public async Task A_link_shows_whom_it_signs_in_and_its_button_does_so_and_goes_on_to_its_path()
    {
        var link = await MakeAsync(Demo, """{"path":"/ui/actions?filter=done%20%3D%20false"}""");
        using var client = new PageClient(App);
        var page = await client.GetAsync(link);
        Assert.Equal(200, page.Status);
        Assert.Equal(["User", "demo", "Project", "demo"], page.Find("dl").Children.Select(part => part.TextContent));
        Assert.Equal("Sign in as \u2068demo\u2069", page.Find("form.fields button").TextContent);
        // Nobody is signed in by looking.
        Assert.Equal(303, (await client.GetAsync("/ui/project")).Status);
        var answer = await client.SubmitAsync(page, Link);
        Assert.Equal((303, "/ui/actions?filter=done%20%3D%20false"), (answer.Status, answer.Location));
        Assert.Equal("demo", (await client.GetAsync("/ui/project")).Find(".menu-where").TextContent);
    }

    [Fact]
    public async Task A_link_works_once_however_often_it_was_looked_at()
    {
        var link = await MakeAsync(Demo);
        using var preview = new PageClient(App);
        Assert.Equal(200, (await preview.GetAsync(link)).Status);
        using var first = new PageClient(App);
        var page = await first.GetAsync(link);
        Assert.Equal((303, "/ui"), await AnswerAsync(first, page));
        using var second = new PageClient(App);
        AssertGone(await second.GetAsync(link));
        AssertGone(await second.PostAsync(Link,
            [.. (await second.GetAsync("/ui/sign-in")).Fill("/ui/sign-in", []), ("secret", SecretOf(link))]));
        Assert.Equal(303, (await second.GetAsync("/ui/project")).Status);
    }

    [Fact]
    public async Task Of_two_who_use_a_link_at_once_one_is_signed_in()
    {
        var link = await MakeAsync(Demo);
        var clients = Enumerable.Range(0, 6).Select(_ => new PageClient(App)).ToList();
        var pages = await Task.WhenAll(clients.Select(client => client.GetAsync(link)));
        var answers = await Task.WhenAll(clients.Zip(pages, (client, page) => client.SubmitAsync(page, Link)));
        Assert.Single(answers, answer => answer.Status == 303);
        Assert.Equal(5, answers.Count(answer => answer.Status == 410));
        foreach (var (client, answer) in clients.Zip(answers))
            Assert.Equal(answer.Status == 303 ? 200 : 303, (await client.GetAsync("/ui/project")).Status);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_link_works_at_a_service_that_was_started_after_it_was_made()
    {
        var link = await MakeAsync(Demo);
        await App.DisposeAsync();
        App = await StartAsync();
        using var client = new PageClient(App);
        var page = await client.GetAsync(link);
        Assert.Equal((303, "/ui"), await AnswerAsync(client, page));
    }

    [Fact]
    public async Task A_link_expires_and_says_when()
    {
        var (_, body) = await Demo.AskAsync("POST", Links);
        Assert.Equal(Time.GetUtcNow().UtcDateTime + SignInLinks.Lifetime, (DateTime)body!["expire_time"]!,
            TimeSpan.FromSeconds(1));
        var link = PathOf((string)body["url"]!);
        using var client = new PageClient(App);
        Time.Advance(SignInLinks.Lifetime - TimeSpan.FromSeconds(2));
        var page = await client.GetAsync(link);
        Assert.Equal(200, page.Status);
        Time.Advance(TimeSpan.FromSeconds(4));
        AssertGone(await client.GetAsync(link));
        AssertGone(await client.SubmitAsync(page, Link));
    }

    [Fact]
    public async Task A_link_and_its_session_end_with_the_token_that_it_was_made_by()
    {
        var life = (DateTime)(await TestApp.JsonAsync(await Demo.GetAsync("/identity/v3/auth/tokens",
            ("X-Subject-Token", Demo.Token))))["token"]!["expires_at"]!;
        Time.SetUtcNow(life - TimeSpan.FromMinutes(3));
        var (_, body) = await Demo.AskAsync("POST", Links);
        Assert.Equal(life.ToUniversalTime(), (DateTime)body!["expire_time"]!, TimeSpan.FromSeconds(1));
        using var client = new PageClient(App);
        var page = await client.GetAsync(PathOf((string)body["url"]!));
        Assert.Equal((303, "/ui"), await AnswerAsync(client, page));
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, (await client.GetAsync("/ui/project")).Status);
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(303, (await client.GetAsync("/ui/project")).Status);
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("disabled")]
    [InlineData("password")]
    [InlineData("role")]
    public async Task A_link_signs_nobody_in_whose_token_does_not_hold_any_more(string why)
    {
        var person = await People.AddAsync(App, "person", "demo", "member");
        var link = await MakeAsync(person);
        using var client = new PageClient(App);
        var page = await client.GetAsync(link);
        await EndAsync(person, why);
        AssertGone(await client.SubmitAsync(page, Link));
        Assert.Equal(303, (await client.GetAsync("/ui/project")).Status);
    }

    [Fact]
    public async Task Signing_out_leaves_the_token_that_the_link_was_made_by()
    {
        var link = await MakeAsync(Demo);
        using var client = new PageClient(App);
        await client.SubmitAsync(await client.GetAsync(link), Link);
        await client.SubmitAsync(await client.GetAsync("/ui/project"), "/ui/sign-out");
        Assert.Equal(200, await IdentityDesk.StatusAsync(Demo));
    }

    [Fact]
    public async Task A_link_of_an_application_credential_signs_in_to_its_own_project()
    {
        var (_, made) = await Demo.AskAsync("POST", $"/identity/v3/users/{Demo.UserId}/application_credentials",
            """{"application_credential":{"name":"page"}}""");
        var credential = made!["application_credential"]!;
        using var answer = await App.TrySignInAsync("application_credential", new JsonObject
        {
            ["id"] = (string)credential["id"]!,
            ["secret"] = (string)credential["secret"]!,
        }, null);
        var link = await MakeAsync(Demo with { Token = answer.Headers.GetValues("X-Subject-Token").Single() });
        using var client = new PageClient(App);
        Assert.Equal((303, "/ui"), await AnswerAsync(client, await client.GetAsync(link)));
        Assert.Empty((await client.GetAsync("/ui/project")).Document.QuerySelectorAll("a.menu-item"));
    }

    [Fact]
    public async Task Whoever_is_signed_in_is_told_and_that_session_ends()
    {
        using var client = await PageClient.SignInAsync(App, "admin");
        var kept = client.Cookies.GetCookies(App.Address)["kiroku"]!.Value;
        var page = await client.GetAsync(await MakeAsync(Demo));
        Assert.Equal(
            "You are now signed in as \u2068admin\u2069. That session will end.", page.Find(".warning").TextContent);
        Assert.Equal((303, "/ui"), await AnswerAsync(client, page));
        Assert.Equal("demo", (await client.GetAsync("/ui/project")).Find(".menu-name").TextContent);
        client.Cookies.Add(App.Address, new System.Net.Cookie("kiroku", kept));
        Assert.Equal(303, (await client.GetAsync("/ui/servers")).Status);
    }

    [Fact]
    public async Task A_foreign_page_can_neither_use_a_link_nor_see_its_secret()
    {
        var link = await MakeAsync(Demo);
        using var client = new PageClient(App);
        var page = await client.GetAsync(link);
        // An address that leaves the service would have no more than its origin, and a page is not kept.
        Assert.Equal(("strict-origin", "no-store"), (page.Header("Referrer-Policy"), page.Header("Cache-Control")));
        var foreign = await client.PostAsync(Link, page.Fill(Link, []), ("Origin", "https://evil.example"));
        Assert.Equal(403, foreign.Status);
        Assert.Equal(400, (await client.PostAsync(Link, [("secret", SecretOf(link))])).Status);
        Assert.Equal(200, (await client.GetAsync(link)).Status);
    }

    [Fact]
    public async Task A_form_that_fits_no_more_is_shown_anew_and_still_signs_in()
    {
        var link = await MakeAsync(Demo, """{"path":"/ui/servers"}""");
        using var client = new PageClient(App);
        var page = await client.GetAsync(link);
        // Somebody signs in in another tab.
        await client.SubmitAsync(await client.GetAsync("/ui/sign-in"), "/ui/sign-in",
            ("user", "admin"), ("password", App.PasswordOf("admin")), ("project", "admin"));
        var again = await client.SubmitAsync(page, Link);
        Assert.Equal((303, link), (again.Status, again.Location));
        Assert.Equal((303, "/ui/servers"), await AnswerAsync(client, await client.GetAsync(again.Location!)));
    }

    [Fact]
    public async Task A_choice_of_language_leads_back_to_the_link()
    {
        var link = await MakeAsync(Demo);
        using var client = new PageClient(App);
        var answer = await client.SubmitAsync(await client.GetAsync(link), "/ui/preferences", ("language", "ja"));
        Assert.Equal((303, link), (answer.Status, answer.Location));
        Assert.Equal("\u2068demo\u2069 としてサインイン", (await client.GetAsync(link)).Find("form.fields button").TextContent);
    }

    [Fact]
    public async Task A_link_leads_nowhere_but_to_the_page()
    {
        using var client = new PageClient(App);
        var page = await client.GetAsync($"{await MakeAsync(Demo)}&return=//evil.example");
        Assert.Equal((303, "/ui"), await AnswerAsync(client, page));
    }

    [Fact]
    public async Task A_form_that_comes_with_a_GET_is_not_waited_for()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(App.Address.Host, App.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {Link}?secret=x HTTP/1.1\r\nHost: a\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n"));
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 410", await reader.ReadLineAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_fits_no_more_is_not_answered_with_more_than_a_secret()
    {
        using var client = new PageClient(App);
        var answer = await client.PostAsync(
            Link, [("secret", new string('x', 900_000)), ("return", "//evil.example")],
            ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal((303, $"{Link}?return=%2Fui"), (answer.Status, answer.Location));
    }

    private static async Task<(int, string?)> AnswerAsync(PageClient client, ShownPage page)
    {
        var answer = await client.SubmitAsync(page, Link);
        return (answer.Status, answer.Location);
    }

    private async Task EndAsync(TestUser person, string why)
    {
        var admin = await App.SignInAsync("admin");
        var (status, _) = why switch
        {
            "revoked" => ((int)(await person.DeleteAsync(
                "/identity/v3/auth/tokens", ("X-Subject-Token", person.Token))).StatusCode, null),
            "disabled" => await admin.AskAsync(
                "PATCH", $"/identity/v3/users/{person.UserId}", """{"user":{"enabled":false}}"""),
            "password" => await admin.AskAsync(
                "PATCH", $"/identity/v3/users/{person.UserId}", """{"user":{"password":"another password"}}"""),
            _ => await RemoveRoleAsync(admin, person),
        };
        Assert.InRange(status, 200, 204);
    }

    private static async Task<(int Status, JsonNode?)> RemoveRoleAsync(
        TestUser admin, TestUser person)
    {
        var roles = (await admin.GetJsonAsync("/identity/v3/roles?name=member"))["roles"]!.AsArray();
        return await admin.AskAsync("DELETE",
            $"/identity/v3/projects/{person.ProjectId}/users/{person.UserId}/roles/{roles[0]!["id"]}");
    }
}
