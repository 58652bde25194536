using System.Net;
using Kiroku.Tests.Servers;
using Kiroku.Ui.Sessions;
using Kiroku.Ui.Visits;

namespace Kiroku.Tests.Ui;

/// <summary>Signing in at /ui, what the browser keeps of it, and how it ends.</summary>
public sealed class SigningInTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private TestApp App => running.Cloud.App;

    [Fact]
    public async Task Whoever_is_not_signed_in_is_sent_to_sign_in_and_back_to_where_they_were()
    {
        using var client = new PageClient(App);
        var path = $"/ui/servers/{running.Server}/actions/req-1?attempts=all";
        var refused = await client.GetAsync(path);
        Assert.Equal((303, $"/ui/sign-in?return={Uri.EscapeDataString(path)}"), (refused.Status, refused.Location));
        var form = await client.GetAsync(refused.Location!);
        var answer = await client.SubmitAsync(form, "/ui/sign-in",
            ("user", "demo"), ("password", App.PasswordOf("demo")), ("project", ""));
        Assert.Equal((303, path), (answer.Status, answer.Location));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/ui")]
    [InlineData("/ui\\..\\evil")]
    [InlineData("/ui/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/uievil")]
    [InlineData("/ui/\r\nSet-Cookie: a=b")]
    [InlineData("/ui/日本")]
    [InlineData("/v2.1/servers")]
    [InlineData("/ui/../identity/v3")]
    [InlineData("/ui/x/%2E./../v2.1")]
    [InlineData("/ui/Sign-Out")]
    [InlineData("")]
    public void After_signing_in_nobody_is_sent_out_of_the_page(string path)
        => Assert.Equal("/ui", LocalPath.Of(path));

    [Theory]
    [InlineData("/ui")]
    [InlineData("/ui/servers?name=a%2Fb")]
    [InlineData("/ui?x=1")]
    [InlineData("/ui/actions?filter=../..")]
    public void A_path_of_the_page_is_kept(string path) => Assert.Equal(path, LocalPath.Of(path));

    [Fact]
    public async Task The_cookie_is_sealed_and_out_of_scripts_reach_and_the_token_is_nowhere_else()
    {
        using var client = new PageClient(App);
        var form = await client.GetAsync("/ui/sign-in");
        var answer = await client.SubmitAsync(form, "/ui/sign-in",
            ("user", "demo"), ("password", App.PasswordOf("demo")), ("project", "demo"));
        var cookie = answer.Headers["Set-Cookie"].Single(set => set.StartsWith("kiroku=", StringComparison.Ordinal));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; path=/", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(App.PasswordOf("demo"), $"{cookie}{answer.Html}", StringComparison.Ordinal);
        var page = await client.GetAsync("/ui/project");
        Assert.Equal(200, page.Status);
        var value = client.Cookies.GetCookies(App.Address)["kiroku"]!.Value;
        var token = TokenIn(value);
        Assert.Equal(200, (await (running.Cloud.Demo with { Token = token }).AskAsync("GET", "/v2.1/servers")).Status);
        Assert.DoesNotContain(token, $"{answer.Html}{answer.Location}{cookie}{page.Html}", StringComparison.Ordinal);
        // Changed by one character, it is none.
        client.Cookies.Add(App.Address, new Cookie("kiroku", value[..^2] + (value[^2] == 'A' ? "B" : "A") + value[^1]));
        Assert.Equal(303, (await client.GetAsync("/ui/project")).Status);
    }

    [Fact]
    public async Task A_form_that_is_larger_than_any_of_the_pages_is_refused()
    {
        using var client = new PageClient(App);
        var form = await client.GetAsync("/ui/sign-in");
        var answer = await client.SubmitAsync(form, "/ui/sign-in",
            ("user", new string('x', 2 << 20)), ("password", "secret"), ("project", ""));
        Assert.Equal(413, answer.Status);
    }

    [Fact]
    public async Task A_wrong_password_is_said_with_what_was_typed_but_the_password()
    {
        using var client = new PageClient(App);
        var form = await client.GetAsync("/ui/sign-in");
        var answer = await client.SubmitAsync(form, "/ui/sign-in",
            ("user", "<b>demo"), ("password", "wrong secret"), ("project", "demo"));
        Assert.Equal(401, answer.Status);
        Assert.Equal("That user, password or project is not right.", answer.Find("#problem").TextContent);
        Assert.Equal("<b>demo", answer.Find("input[name=user]").GetAttribute("value"));
        Assert.Equal("demo", answer.Find("input[name=project]").GetAttribute("value"));
        Assert.DoesNotContain("wrong secret", answer.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_token_itself()
    {
        using var client = await PageClient.SignInAsync(App);
        var kept = client.Cookies.GetCookies(App.Address)["kiroku"]!.Value;
        var page = await client.GetAsync("/ui/project");
        var answer = await client.SubmitAsync(page, "/ui/sign-out");
        Assert.Equal((303, "/ui/sign-in"), (answer.Status, answer.Location));
        // A thief's copy of the cookie is worth nothing now.
        client.Cookies.Add(App.Address, new Cookie("kiroku", kept));
        var refused = await client.GetAsync($"/ui/servers/{running.Server}/actions/req-1");
        Assert.Equal(303, refused.Status);
        Assert.StartsWith("/ui/sign-in?return=", refused.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_comes_after_the_sessions_end_is_shown_to_be_sent_again()
    {
        using var client = await PageClient.SignInAsync(App);
        var page = await client.GetAsync("/ui/project");
        var kept = client.Cookies.GetCookies(App.Address)["kiroku"]!.Value;
        await client.SubmitAsync(page, "/ui/sign-out");
        client.Cookies.Add(App.Address, new Cookie("kiroku", kept));
        var path = $"/ui/servers/{running.Server}/actions/req-1/cancel";
        var answer = await client.PostAsync(path,
            [.. page.Fill("/ui/sign-out", []), ("note", "typed <i>"), ("password", "hidden")],
            ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(401, answer.Status);
        Assert.Equal("Your session has ended", answer.Find("h1").TextContent);
        Assert.Contains(("note", "typed <i>"), answer.Fill(path, []));
        Assert.DoesNotContain("hidden\"", answer.Html.Replace("type=\"hidden\"", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_of_two_projects_switches_between_them_and_the_former_token_ends()
    {
        var person = await People.AddAsync(App, "switcher", "demo", "member");
        await People.AlsoInAsync(App, "switcher", "second", "reader");
        using var client = await PageClient.SignInAsync(App, "switcher", "demo");
        var choice = await client.GetAsync("/ui/project");
        var buttons = choice.Document.QuerySelectorAll("form.choose button");
        Assert.Equal(["demo", "second"], buttons.Select(button => button.TextContent.Trim()));
        var second = buttons[1].GetAttribute("value")!;
        var answer = await client.SubmitAsync(choice, "/ui/project", ("project", second));
        Assert.Equal((303, "/ui"), (answer.Status, answer.Location));
        Assert.Equal("second", (await client.GetAsync("/ui/project")).Find(".menu-where").TextContent);
        var refused = await client.SubmitAsync(
            await client.GetAsync("/ui/project"), "/ui/project", ("project", running.Other.ProjectId));
        Assert.Equal(401, refused.Status);
        Assert.NotEqual(person.ProjectId, second);
    }

    [Fact]
    public async Task An_application_credential_signs_in_to_its_own_project()
    {
        var made = await running.Cloud.Demo.AskAsync("POST",
            $"/identity/v3/users/{running.Cloud.Demo.UserId}/application_credentials",
            """{"application_credential":{"name":"page"}}""");
        var credential = made.Body!["application_credential"]!;
        using var client = new PageClient(App);
        var form = await client.GetAsync("/ui/sign-in?with=credential&return=/ui/actions");
        var answer = await client.SubmitAsync(form, "/ui/sign-in",
            ("credential_id", (string)credential["id"]!), ("password", (string)credential["secret"]!));
        Assert.Equal((303, "/ui/actions"), (answer.Status, answer.Location));
        var page = await client.GetAsync("/ui/project");
        Assert.Empty(page.Document.QuerySelectorAll("a.menu-item"));
    }

    [Fact]
    public async Task Many_wrong_passwords_from_elsewhere_must_wait_at_the_page_as_at_the_API()
    {
        await using var app = await TestApp.StartAsync(builder =>
        {
            builder.Configuration["Api:TrustedProxies"] = "127.0.0.1";
            builder.Configuration["Identity:FailuresPerUser"] = "2";
        });
        using var client = new PageClient(app);
        var form = await client.GetAsync("/ui/sign-in");
        var fields = form.Fill("/ui/sign-in", [("user", "demo"), ("password", "wrong"), ("project", "")]).ToList();
        var statuses = new List<int>();
        ShownPage answer;
        do
        {
            answer = await client.PostAsync("/ui/sign-in", fields, ("X-Forwarded-For", "192.0.2.7"));
            statuses.Add(answer.Status);
        }
        while (answer.Status == 401 && statuses.Count < 10);
        Assert.Equal([401, 401, 429], statuses);
        Assert.Contains("Too many attempts", answer.Find("#problem").TextContent, StringComparison.Ordinal);
        // Nobody else has to wait.
        Assert.Equal(401, (await client.PostAsync("/ui/sign-in", fields, ("X-Forwarded-For", "192.0.2.8"))).Status);
    }

    [Fact]
    public async Task Behind_a_proxy_with_TLS_the_cookie_is_for_TLS_and_this_host_alone()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Configuration["Api:TrustedProxies"] = "127.0.0.1");
        using var client = new PageClient(app);
        (string, string)[] proxied = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "cloud.example")];
        var form = await client.GetAsync("/ui/sign-in", proxied);
        // The client below is asked over http, and keeps no cookies for TLS.
        var cookies = string.Join("; ", form.Headers["Set-Cookie"].Select(set => set.Split(';')[0]));
        Assert.All(form.Headers["Set-Cookie"],
            set => Assert.Contains("; secure", set, StringComparison.OrdinalIgnoreCase));
        var answer = await client.PostAsync("/ui/sign-in",
            form.Fill("/ui/sign-in", [("user", "demo"), ("password", app.PasswordOf("demo")), ("project", "demo")]),
            [.. proxied, ("Cookie", cookies), ("Origin", "https://cloud.example")]);
        Assert.Equal(303, answer.Status);
        var session = Assert.Single(
            answer.Headers["Set-Cookie"], set => set.StartsWith("__Host-kiroku=", StringComparison.Ordinal));
        Assert.Contains("; secure", session, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", session, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What only the service itself can read.</summary>
    private string TokenIn(string cookie)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = $"kiroku={cookie}";
        return App.Services.GetRequiredService<SessionCookies>().Read(context)!.Token;
    }
}
