using Dapper;
using Kiroku.Ui.SigningIn.Links;

namespace Kiroku.Tests.Ui;

/// <summary>Who has links made that sign a browser in, how many, and what is kept of them.</summary>
public sealed class SignInLinkMakingTests : SignInLinkScenario
{
    [Theory]
    [InlineData("""{"path":"//evil.example"}""", "The path is none of the page's own")]
    [InlineData("""{"path":"/v2.1/servers"}""", "The path is none of the page's own")]
    [InlineData("""{"path":5}""", "path")]
    [InlineData("""{"way":"/ui"}""", "way")]
    [InlineData("""["/ui"]""", "object")]
    [InlineData("{", "Malformed request body")]
    public async Task What_makes_no_link_is_refused_with_a_problem_document(string body, string says)
    {
        using var answer = await Demo.PostAsync(Links, body);
        Assert.Equal((400, "application/problem+json"), ((int)answer.StatusCode,
            answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains(says, (string)(await TestApp.JsonAsync(answer))["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_body_larger_than_any_is_refused()
    {
        var (status, _) = await Demo.AskAsync("POST", Links, $$"""{"path":"/ui/{{new string('x', 200_000)}}"}""");
        Assert.Equal(413, status);
    }

    [Fact]
    public async Task A_link_is_made_for_a_token_alone_and_no_cookie_stands_for_one()
    {
        using var client = await PageClient.SignInAsync(App);
        var page = await client.GetAsync("/ui/project");
        Assert.Equal(401, (await client.PostAsync(Links, page.Fill("/ui/sign-out", []))).Status);
        Assert.Equal(401, (await (Demo with { Token = "none" }).AskAsync("POST", Links)).Status);
        Assert.Equal(405, (await client.GetAsync(Links)).Status);
        var (status, body) = await (Demo with { Token = await UnscopedAsync() }).AskAsync("POST", Links);
        Assert.Equal(400, status);
        Assert.Contains("not for a project", (string)body!["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_user_has_ten_unused_links_at_most_until_one_is_used_or_expires()
    {
        var links = new List<string>();
        for (var i = 0; i < SignInLinks.MostOfOneUser; i++)
            links.Add(await MakeAsync(Demo));
        using var answer = await Demo.PostAsync(Links, "{}");
        Assert.Equal(429, (int)answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), SignInLinks.Lifetime);
        await MakeAsync(await App.SignInAsync("admin"));
        using var client = new PageClient(App);
        Assert.Equal(303, (await client.SubmitAsync(await client.GetAsync(links[0]), Link)).Status);
        await MakeAsync(Demo);
        Time.Advance(SignInLinks.Lifetime + TimeSpan.FromSeconds(1));
        await MakeAsync(Demo);
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_user_who_asks_for_links_too_often_is_told_to_wait_as_for_any_change()
    {
        await using var limited = await TestApp.StartAsync(
            builder => builder.Configuration.AddInMemoryCollection([new("RateLimit:WritesPerMinute", "1")]));
        var user = await limited.SignInAsync();
        Assert.Equal(400, (await user.AskAsync("POST", Links, """{"way":"/ui"}""")).Status);
        Assert.Equal(429, (await user.AskAsync("POST", Links, """{"way":"/ui"}""")).Status);
    }

    [Fact]
    public async Task The_store_has_neither_the_secret_nor_the_token()
    {
        var link = await MakeAsync(Demo);
        var row = await ReadAsync(db => db.QuerySingleAsync("SELECT * FROM sign_in_links"));
        var text = string.Join(' ', ((IDictionary<string, object>)row).Values);
        Assert.Contains(Demo.UserId, text, StringComparison.Ordinal);
        Assert.DoesNotContain(SecretOf(link), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Demo.Token, text, StringComparison.Ordinal);
        Assert.Equal(43, SecretOf(link).Length);
    }

    [Fact]
    public async Task The_log_has_neither_the_secret_nor_the_token()
    {
        var link = await MakeAsync(Demo);
        using var client = new PageClient(App);
        await client.SubmitAsync(await client.GetAsync(link), Link);
        AssertGone(await client.GetAsync(link));
        Assert.NotEmpty(Log.Text);
        Assert.DoesNotContain(SecretOf(link), Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Demo.Token, Log.Text, StringComparison.Ordinal);
    }

    private async Task<string> UnscopedAsync()
    {
        using var answer = await App.Http.PostAsync("/identity/v3/auth/tokens", TestApp.Json(
            $$"""
            {
              "auth": {
                "identity": { "methods": ["token"], "token": { "id": "{{Demo.Token}}" } },
                "scope": "unscoped"
              }
            }
            """));
        return answer.Headers.GetValues("X-Subject-Token").Single();
    }
}
