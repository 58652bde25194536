using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Identity;

public sealed class TokenTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000));
    private TestApp app = null!;

    public async ValueTask InitializeAsync()
        => app = await TestApp.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    public static TheoryData<string> Garbage
        => ["", "garbage", "CfDJ8", new string('A', 2000), new string('A', 10_000), "é", "a b", "\"", "../../etc", "=",
            "AAAA=", "%00"];

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task An_invalid_token_is_401(string token)
    {
        foreach (var path in (string[])["/v2.1/flavors", "/v2/abc/flavors", "/v2.1/nonsense", "/image/v2/images",
            "/identity/v3/projects", "/V2.1/flavors"])
        {
            using var answer = await app.SendAsync(HttpMethod.Get, path, token);
            Assert.Equal(401, (int)answer.StatusCode);
            Assert.Equal($"Keystone uri=\"{app.Address}identity\"", answer.Headers.WwwAuthenticate.ToString());
            var error = (await TestApp.JsonAsync(answer))["error"]!;
            Assert.Equal((401, "Unauthorized"), ((int)error["code"]!, (string)error["title"]!));
        }
    }

    [Fact]
    public async Task Every_bit_of_a_token_counts()
    {
        var token = (await app.SignInAsync()).Token;
        for (var i = 0; i < token.Length; i += 7)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.Equal(401, await StatusAsync(new string(changed)));
        }
        Assert.Equal(401, await StatusAsync(token[..^4]));
        Assert.Equal(401, await StatusAsync(token + token));
        Assert.All(token, character => Assert.True(char.IsAsciiLetterOrDigit(character) || character is '-' or '_'));
    }

    [Fact]
    public async Task A_token_holds_for_an_hour()
    {
        var token = (await app.SignInAsync()).Token;
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(200, await StatusAsync(token));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(401, await StatusAsync(token));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("admin")]
    public async Task A_token_that_was_taken_back_is_not_found_whoever_asks(string caller)
    {
        var old = await app.SignInAsync();
        using var revoked = await old.DeleteAsync("/identity/v3/auth/tokens", ("X-Subject-Token", old.Token));
        Assert.Equal(204, (int)revoked.StatusCode);
        var asking = await app.SignInAsync(caller);
        foreach (var method in (string[])["GET", "HEAD", "DELETE"])
        {
            using var answer = await app.SendAsync(new HttpMethod(method), "/identity/v3/auth/tokens", asking.Token,
                headers: ("X-Subject-Token", old.Token));
            Assert.Equal(404, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_changed_password_voids_earlier_tokens()
    {
        var token = (await app.SignInAsync()).Token;
        // At the same moment, so that no clock can decide.
        var admin = await app.SignInAsync("admin");
        var demo = (string)(await admin.GetJsonAsync("/identity/v3/users?name=demo"))["users"]![0]!["id"]!;
        Assert.Equal(200,
            (await admin.AskAsync("PATCH", $"/identity/v3/users/{demo}", """{"user":{"password":"new"}}""")).Status);
        Assert.Equal(401, await StatusAsync(token));
        using var old = await app.TrySignInAsync("demo", app.PasswordOf("demo"), TestApp.InProject("demo"));
        Assert.Equal(401, (int)old.StatusCode);
        using var answer = await app.TrySignInAsync("demo", "new", TestApp.InProject("demo"));
        Assert.Equal(200, await StatusAsync(answer.Headers.GetValues("X-Subject-Token").Single()));
    }

    [Fact]
    public async Task Another_projects_address_is_refused_and_the_own_one_is_not()
    {
        var (demo, admin) = (await app.SignInAsync(), await app.SignInAsync("admin"));
        foreach (var version in (string[])["/v2", "/v2.1"])
        {
            using var other = await demo.GetAsync($"{version}/{admin.ProjectId}/flavors");
            Assert.Equal(400, (int)other.StatusCode);
            Assert.Equal(
                $"Malformed request URL: URL's project_id '{admin.ProjectId}' doesn't match Context's project_id "
                    + $"'{demo.ProjectId}'",
                (string)(await TestApp.JsonAsync(other))["badRequest"]!["message"]!);
            using var nowhere = await demo.GetAsync($"{version}/{admin.ProjectId}/nonsense");
            Assert.Equal(404, (int)nowhere.StatusCode);
            using var own = await demo.GetAsync($"{version}/{demo.ProjectId}/flavors");
            Assert.Equal(200, (int)own.StatusCode);
        }
        using var unknown = await demo.GetAsync("/v2.1/servants/abc");
        Assert.Equal(404, (int)unknown.StatusCode);
        using var slash = await demo.GetAsync("/v2.1/flavors/");
        Assert.Equal(404, (int)slash.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v2")]
    [InlineData("/v2/")]
    [InlineData("/v2.1")]
    [InlineData("/v2.1/")]
    [InlineData("/identity/v3")]
    [InlineData("/image/versions")]
    [InlineData("/network")]
    [InlineData("/network/")]
    public async Task Version_documents_need_no_token(string path)
    {
        using var answer = await app.SendAsync(HttpMethod.Get, path);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private async Task<int> StatusAsync(string token)
    {
        using var answer = await app.SendAsync(HttpMethod.Get, "/v2.1/flavors", token);
        return (int)answer.StatusCode;
    }
}
