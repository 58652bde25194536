using System.Text.Json.Nodes;
using System.Web;
using Dapper;
using Kiroku.Storage;
using Kiroku.Tests.Identity;
using Kiroku.Tests.Webhooks;
using Kiroku.Ui.SigningIn.Links;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Ui;

/// <summary>Links that sign a browser in once: who has them made, what they do, and when they do nothing.</summary>
public sealed class SignInLinkTests : IAsyncLifetime
{
    private const string Links = "/ui/sign-in/links";
    private const string Link = "/ui/sign-in/link";

    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
    private readonly LogLines log = new();
    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;
    private TestApp app = null!;
    private TestUser demo = null!;

    public async ValueTask InitializeAsync()
    {
        app = await StartAsync();
        demo = await app.SignInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_link_shows_whom_it_signs_in_and_its_button_does_so_and_goes_on_to_its_path()
    {
        var link = await MakeAsync(demo, """{"path":"/ui/actions?filter=done%20%3D%20false"}""");
        using var client = new PageClient(app);
        var page = await client.GetAsync(link);
        Assert.Equal(200, page.Status);
        Assert.Equal(["User", "demo", "Project", "demo"], page.Find("dl").Children.Select(part => part.TextContent));
        Assert.Equal("Sign in as demo", page.Find("form.fields button").TextContent);
        // Nobody is signed in by looking.
        Assert.Equal(303, (await client.GetAsync("/ui/project")).Status);
        var answer = await client.SubmitAsync(page, Link);
        Assert.Equal((303, "/ui/actions?filter=done%20%3D%20false"), (answer.Status, answer.Location));
        Assert.Equal("demo", (await client.GetAsync("/ui/project")).Find(".menu-where").TextContent);
    }

    [Fact]
    public async Task A_link_works_once_however_often_it_was_looked_at()
    {
        var link = await MakeAsync(demo);
        using var preview = new PageClient(app);
        Assert.Equal(200, (await preview.GetAsync(link)).Status);
        using var first = new PageClient(app);
        var page = await first.GetAsync(link);
        Assert.Equal((303, "/ui"), await AnswerAsync(first, page));
        using var second = new PageClient(app);
        AssertGone(await second.GetAsync(link));
        AssertGone(await second.PostAsync(Link,
            [.. (await second.GetAsync("/ui/sign-in")).Fill("/ui/sign-in", []), ("secret", SecretOf(link))]));
        Assert.Equal(303, (await second.GetAsync("/ui/project")).Status);
    }

    [Fact]
    public async Task Of_two_who_use_a_link_at_once_one_is_signed_in()
    {
        var link = await MakeAsync(demo);
        var clients = Enumerable.Range(0, 6).Select(_ => new PageClient(app)).ToList();
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
        var link = await MakeAsync(demo);
        await app.DisposeAsync();
        app = await StartAsync();
        using var client = new PageClient(app);
        var page = await client.GetAsync(link);
        Assert.Equal((303, "/ui"), await AnswerAsync(client, page));
    }

    [Fact]
    public async Task A_link_expires_and_says_when()
    {
        var (_, body) = await demo.AskAsync("POST", Links);
        Assert.Equal(time.GetUtcNow().UtcDateTime + SignInLinks.Lifetime, (DateTime)body!["expire_time"]!,
            TimeSpan.FromSeconds(1));
        var link = PathOf((string)body["url"]!);
        using var client = new PageClient(app);
        time.Advance(SignInLinks.Lifetime - TimeSpan.FromSeconds(2));
        var page = await client.GetAsync(link);
        Assert.Equal(200, page.Status);
        time.Advance(TimeSpan.FromSeconds(4));
        AssertGone(await client.GetAsync(link));
        AssertGone(await client.SubmitAsync(page, Link));
    }

    [Fact]
    public async Task A_link_and_its_session_end_with_the_token_that_it_was_made_by()
    {
        var life = (DateTime)(await TestApp.JsonAsync(await demo.GetAsync("/identity/v3/auth/tokens",
            ("X-Subject-Token", demo.Token))))["token"]!["expires_at"]!;
        time.SetUtcNow(life - TimeSpan.FromMinutes(3));
        var (_, body) = await demo.AskAsync("POST", Links);
        Assert.Equal(life.ToUniversalTime(), (DateTime)body!["expire_time"]!, TimeSpan.FromSeconds(1));
        using var client = new PageClient(app);
        var page = await client.GetAsync(PathOf((string)body["url"]!));
        Assert.Equal((303, "/ui"), await AnswerAsync(client, page));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, (await client.GetAsync("/ui/project")).Status);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(303, (await client.GetAsync("/ui/project")).Status);
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("disabled")]
    [InlineData("password")]
    [InlineData("role")]
    public async Task A_link_signs_nobody_in_whose_token_does_not_hold_any_more(string why)
    {
        var person = await People.AddAsync(app, "person", "demo", "member");
        var link = await MakeAsync(person);
        using var client = new PageClient(app);
        var page = await client.GetAsync(link);
        await EndAsync(person, why);
        AssertGone(await client.SubmitAsync(page, Link));
        Assert.Equal(303, (await client.GetAsync("/ui/project")).Status);
    }

    [Fact]
    public async Task Signing_out_leaves_the_token_that_the_link_was_made_by()
    {
        var link = await MakeAsync(demo);
        using var client = new PageClient(app);
        await client.SubmitAsync(await client.GetAsync(link), Link);
        await client.SubmitAsync(await client.GetAsync("/ui/project"), "/ui/sign-out");
        Assert.Equal(200, await IdentityDesk.StatusAsync(demo));
    }

    [Fact]
    public async Task A_link_of_an_application_credential_signs_in_to_its_own_project()
    {
        var (_, made) = await demo.AskAsync("POST", $"/identity/v3/users/{demo.UserId}/application_credentials",
            """{"application_credential":{"name":"page"}}""");
        var credential = made!["application_credential"]!;
        using var answer = await app.TrySignInAsync("application_credential", new JsonObject
        {
            ["id"] = (string)credential["id"]!,
            ["secret"] = (string)credential["secret"]!,
        }, null);
        var link = await MakeAsync(demo with { Token = answer.Headers.GetValues("X-Subject-Token").Single() });
        using var client = new PageClient(app);
        Assert.Equal((303, "/ui"), await AnswerAsync(client, await client.GetAsync(link)));
        Assert.Empty((await client.GetAsync("/ui/project")).Document.QuerySelectorAll("a.menu-item"));
    }

    [Fact]
    public async Task Whoever_is_signed_in_is_told_and_that_session_ends()
    {
        using var client = await PageClient.SignInAsync(app, "admin");
        var kept = client.Cookies.GetCookies(app.Address)["kiroku"]!.Value;
        var page = await client.GetAsync(await MakeAsync(demo));
        Assert.Equal("You are signed in as admin now. That session ends.", page.Find(".warning").TextContent);
        Assert.Equal((303, "/ui"), await AnswerAsync(client, page));
        Assert.Equal("demo", (await client.GetAsync("/ui/project")).Find(".menu-name").TextContent);
        client.Cookies.Add(app.Address, new System.Net.Cookie("kiroku", kept));
        Assert.Equal(303, (await client.GetAsync("/ui/servers")).Status);
    }

    [Fact]
    public async Task A_foreign_page_can_neither_use_a_link_nor_see_its_secret()
    {
        var link = await MakeAsync(demo);
        using var client = new PageClient(app);
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
        var link = await MakeAsync(demo, """{"path":"/ui/servers"}""");
        using var client = new PageClient(app);
        var page = await client.GetAsync(link);
        // Somebody signs in in another tab.
        await client.SubmitAsync(await client.GetAsync("/ui/sign-in"), "/ui/sign-in",
            ("user", "admin"), ("password", app.PasswordOf("admin")), ("project", "admin"));
        var again = await client.SubmitAsync(page, Link);
        Assert.Equal((303, link), (again.Status, again.Location));
        Assert.Equal((303, "/ui/servers"), await AnswerAsync(client, await client.GetAsync(again.Location!)));
    }

    [Fact]
    public async Task A_choice_of_language_leads_back_to_the_link()
    {
        var link = await MakeAsync(demo);
        using var client = new PageClient(app);
        var answer = await client.SubmitAsync(await client.GetAsync(link), "/ui/preferences", ("language", "ja"));
        Assert.Equal((303, link), (answer.Status, answer.Location));
        Assert.Equal("demo としてサインイン", (await client.GetAsync(link)).Find("form.fields button").TextContent);
    }

    [Fact]
    public async Task A_link_leads_nowhere_but_to_the_page()
    {
        using var client = new PageClient(app);
        var page = await client.GetAsync($"{await MakeAsync(demo)}&return=//evil.example");
        Assert.Equal((303, "/ui"), await AnswerAsync(client, page));
    }

    [Theory]
    [InlineData("""{"path":"//evil.example"}""", "The path is none of the page's own")]
    [InlineData("""{"path":"/v2.1/servers"}""", "The path is none of the page's own")]
    [InlineData("""{"path":5}""", "path")]
    [InlineData("""{"way":"/ui"}""", "way")]
    [InlineData("""["/ui"]""", "object")]
    [InlineData("{", "Malformed request body")]
    public async Task What_makes_no_link_is_refused_with_a_problem_document(string body, string says)
    {
        using var answer = await demo.PostAsync(Links, body);
        Assert.Equal((400, "application/problem+json"), ((int)answer.StatusCode,
            answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains(says, (string)(await TestApp.JsonAsync(answer))["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_body_larger_than_any_is_refused()
    {
        var (status, _) = await demo.AskAsync("POST", Links, $$"""{"path":"/ui/{{new string('x', 200_000)}}"}""");
        Assert.Equal(413, status);
    }

    [Fact]
    public async Task A_link_is_made_for_a_token_alone_and_no_cookie_stands_for_one()
    {
        using var client = await PageClient.SignInAsync(app);
        var page = await client.GetAsync("/ui/project");
        Assert.Equal(401, (await client.PostAsync(Links, page.Fill("/ui/sign-out", []))).Status);
        Assert.Equal(401, (await (demo with { Token = "none" }).AskAsync("POST", Links)).Status);
        Assert.Equal(405, (await client.GetAsync(Links)).Status);
        var (status, body) = await (demo with { Token = await UnscopedAsync() }).AskAsync("POST", Links);
        Assert.Equal(400, status);
        Assert.Contains("not for a project", (string)body!["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_user_has_ten_unused_links_at_most_until_one_is_used_or_expires()
    {
        var links = new List<string>();
        for (var i = 0; i < SignInLinks.MostOfOneUser; i++)
            links.Add(await MakeAsync(demo));
        using var answer = await demo.PostAsync(Links, "{}");
        Assert.Equal(429, (int)answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), SignInLinks.Lifetime);
        await MakeAsync(await app.SignInAsync("admin"));
        using var client = new PageClient(app);
        Assert.Equal(303, (await client.SubmitAsync(await client.GetAsync(links[0]), Link)).Status);
        await MakeAsync(demo);
        time.Advance(SignInLinks.Lifetime + TimeSpan.FromSeconds(1));
        await MakeAsync(demo);
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task The_store_has_neither_the_secret_nor_the_token()
    {
        var link = await MakeAsync(demo);
        var row = await ReadAsync(db => db.QuerySingleAsync("SELECT * FROM sign_in_links"));
        var text = string.Join(' ', ((IDictionary<string, object>)row).Values);
        Assert.Contains(demo.UserId, text, StringComparison.Ordinal);
        Assert.DoesNotContain(SecretOf(link), text, StringComparison.Ordinal);
        Assert.DoesNotContain(demo.Token, text, StringComparison.Ordinal);
        Assert.Equal(43, SecretOf(link).Length);
    }

    [Fact]
    public async Task The_log_has_neither_the_secret_nor_the_token()
    {
        var link = await MakeAsync(demo);
        using var client = new PageClient(app);
        await client.SubmitAsync(await client.GetAsync(link), Link);
        AssertGone(await client.GetAsync(link));
        Assert.NotEmpty(log.Text);
        Assert.DoesNotContain(SecretOf(link), log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(demo.Token, log.Text, StringComparison.Ordinal);
    }

    private Task<TestApp> StartAsync() => TestApp.StartAsync(builder =>
    {
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(log);
    }, folder);

    private static async Task<string> MakeAsync(TestUser user, string? json = null)
    {
        var (status, body) = await user.AskAsync("POST", Links, json);
        Assert.Equal(201, status);
        return PathOf((string)body!["url"]!);
    }

    private static async Task<(int, string?)> AnswerAsync(PageClient client, ShownPage page)
    {
        var answer = await client.SubmitAsync(page, Link);
        return (answer.Status, answer.Location);
    }

    private async Task<string> UnscopedAsync()
    {
        using var answer = await app.Http.PostAsync("/identity/v3/auth/tokens", TestApp.Json(
            $$"""
            {
              "auth": {
                "identity": { "methods": ["token"], "token": { "id": "{{demo.Token}}" } },
                "scope": "unscoped"
              }
            }
            """));
        return answer.Headers.GetValues("X-Subject-Token").Single();
    }

    private async Task EndAsync(TestUser person, string why)
    {
        var admin = await app.SignInAsync("admin");
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

    private static string PathOf(string url) => new Uri(url).PathAndQuery;

    private static string SecretOf(string link) => HttpUtility.ParseQueryString(link.Split('?')[1])["secret"]!;

    private static void AssertGone(ShownPage page)
    {
        Assert.Equal(410, page.Status);
        Assert.Equal("This link does not sign in any more", page.Find("h1").TextContent);
        Assert.Contains("/ui/sign-in", page.Find("main a.button").GetAttribute("href"), StringComparison.Ordinal);
    }

    private Task<long> CountAsync()
        => ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM sign_in_links"));

    private Task<T> ReadAsync<T>(Func<System.Data.Common.DbConnection, Task<T>> read)
        => app.Services.GetRequiredService<IDatabase>().ReadAsync(read, TestContext.Current.CancellationToken);
}
