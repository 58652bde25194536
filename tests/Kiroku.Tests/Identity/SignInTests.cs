using System.Text.Json.Nodes;

namespace Kiroku.Tests.Identity;

public sealed class SignInTests : IAsyncLifetime
{
    private TestApp app = null!;

    public async ValueTask InitializeAsync() => app = await TestApp.StartAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task The_version_documents_need_no_token_and_point_to_the_callers_host()
    {
        using var list = await app.SendAsync(HttpMethod.Get, "/identity");
        Assert.Equal(300, (int)list.StatusCode);
        var v3 = (await TestApp.JsonAsync(list))["versions"]!["values"]![0]!;
        Assert.Equal("v3.14", (string)v3["id"]!);
        Assert.Equal($"{app.Address}identity/v3/", (string)v3["links"]![0]!["href"]!);
        foreach (var path in (string[])["/identity/v3", "/identity/v3/"])
        {
            using var show = await app.SendAsync(HttpMethod.Get, path);
            Assert.Equal("v3.14", (string)(await TestApp.JsonAsync(show))["version"]!["id"]!);
        }
    }

    [Fact]
    public async Task A_token_for_a_project_names_user_project_roles_and_catalog()
    {
        using var answer = await app.TrySignInAsync("demo", app.PasswordOf("demo"), TestApp.InProject("demo"));
        Assert.Equal(201, (int)answer.StatusCode);
        var token = (await TestApp.JsonAsync(answer))["token"]!;
        Assert.Equal("password", (string)token["methods"]![0]!);
        Assert.Equal(("demo", "default"), ((string)token["user"]!["name"]!, (string)token["user"]!["domain"]!["id"]!));
        Assert.Equal(
            ("demo", "Default"), ((string)token["project"]!["name"]!, (string)token["project"]!["domain"]!["name"]!));
        Assert.Equal(["member", "reader"], token["roles"]!.AsArray().Select(role => (string)role!["name"]!));
        Assert.EndsWith(".000000Z", (string)token["expires_at"]!);
        var urls = token["catalog"]!.AsArray().ToDictionary(
            service => (string)service!["type"]!, service => (string)service!["endpoints"]![0]!["url"]!);
        Assert.Equal($"{app.Address}v2.1", urls["compute"]);
        Assert.Equal($"{app.Address}image", urls["image"]);
        Assert.Equal($"{app.Address}network", urls["network"]);
        Assert.Equal($"{app.Address}identity", urls["identity"]);
    }

    [Fact]
    public async Task Without_a_scope_the_token_has_no_project_and_compute_and_images_refuse_it()
    {
        using var answer = await app.TrySignInAsync("demo", app.PasswordOf("demo"));
        var token = (await TestApp.JsonAsync(answer))["token"]!;
        Assert.Null(token["project"]);
        Assert.Null(token["catalog"]);
        var unscoped = answer.Headers.GetValues("X-Subject-Token").Single();
        Assert.Equal(401, await StatusAsync("/v2.1/flavors", unscoped));
        Assert.Equal(401, await StatusAsync("/image/v2/images", unscoped));
        Assert.Equal(401, await StatusAsync("/network/v2.0/networks", unscoped));
        Assert.Equal(200, await StatusAsync("/identity/v3/auth/projects", unscoped));
        using var scoped = await app.TrySignInAsync(
            "token", new JsonObject { ["id"] = unscoped }, TestApp.InProject("demo"));
        Assert.Equal(201, (int)scoped.StatusCode);
        Assert.Equal((string)token["expires_at"]!, (string)(await TestApp.JsonAsync(scoped))["token"]!["expires_at"]!);
    }

    [Fact]
    public async Task The_answer_is_the_same_whatever_is_wrong_with_the_proof()
    {
        using var wrong = await app.TrySignInAsync("demo", "wrong", TestApp.InProject("demo"));
        using var nobody = await app.TrySignInAsync("nobody", "wrong", TestApp.InProject("demo"));
        using var elsewhere = await app.TrySignInAsync("demo", app.PasswordOf("demo"), TestApp.InProject("admin"));
        using var domain = await app.TrySignInAsync(
            "demo", app.PasswordOf("demo"), new JsonObject { ["domain"] = new JsonObject { ["id"] = "default" } });
        foreach (var answer in (HttpResponseMessage[])[wrong, nobody, elsewhere, domain])
        {
            Assert.Equal(401, (int)answer.StatusCode);
            Assert.Equal("The request you have made requires authentication.",
                (string)(await TestApp.JsonAsync(answer))["error"]!["message"]!);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"auth":null}""")]
    [InlineData("""{"auth":{"identity":{"methods":"password"}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":[1]}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"]}}}""")]
    [InlineData(
        """{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"demo","password":"x"}}}}}""")]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":7,"password":"x"}}}}}""")]
    [InlineData(
        """{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"\ud800","password":"x"}}}}}""")]
    [InlineData("""{"auth":{"\ud800":1}}""")]
    [InlineData(
        """{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"x","password":"x"}}},"scope":{"project":{"id":"x"},"domain":{"id":"default"}}}}""")]
    [InlineData(
        """{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"x","password":"x"}}},"scope":{"project":{"id":"x"},"unscoped":{}}}}""")]
    [InlineData(
        """{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"x","password":"x"}}},"scope":{"what":{}}}}""")]
    [InlineData(
        """{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"x","password":"x"}}},"scope":[]}}""")]
    [InlineData(
        """{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"x","password":"x"}}},"scope":{"project":{"name":"x"}}}}""")]
    public async Task A_body_that_is_no_request_for_a_token_is_400(string body)
    {
        using var answer = await app.Http.PostAsync("/identity/v3/auth/tokens", TestApp.Json(body));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal(400, (int)(await TestApp.JsonAsync(answer))["error"]!["code"]!);
    }

    [Fact]
    public async Task A_body_that_is_no_UTF8_or_too_large_is_refused()
    {
        using var invalid = new ByteArrayContent([.. "{\"auth\":{\"x\":\""u8, 0xC3, 0x28, .. "\"}}"u8]);
        using var answer = await app.Http.PostAsync("/identity/v3/auth/tokens", invalid);
        Assert.Equal(400, (int)answer.StatusCode);
        using var large = await app.Http.PostAsync(
            "/identity/v3/auth/tokens", TestApp.Json(new string(' ', 10_000_000)));
        Assert.Equal(413, (int)large.StatusCode);
    }

    [Theory]
    [InlineData("""["totp"]""")]
    [InlineData("[]")]
    public async Task Other_ways_to_sign_in_are_401(string methods)
    {
        using var answer = await app.Http.PostAsync(
            "/identity/v3/auth/tokens", TestApp.Json("{\"auth\":{\"identity\":{\"methods\":" + methods + "}}}"));
        Assert.Equal(401, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_token_can_be_shown_and_revoked()
    {
        var (demo, admin) = (await app.SignInAsync(), await app.SignInAsync("admin"));
        var own = await demo.GetJsonAsync("/identity/v3/auth/tokens", ("X-Subject-Token", demo.Token));
        Assert.Equal("demo", (string)own["token"]!["user"]!["name"]!);
        Assert.Equal(200,
            (int)(await app.SendAsync(HttpMethod.Head, "/identity/v3/auth/tokens", admin.Token, null,
                ("X-Subject-Token", demo.Token))).StatusCode);
        Assert.Equal(
            403, (int)(await demo.GetAsync("/identity/v3/auth/tokens", ("X-Subject-Token", admin.Token))).StatusCode);
        Assert.Equal(
            404, (int)(await admin.GetAsync("/identity/v3/auth/tokens", ("X-Subject-Token", "garbage"))).StatusCode);
        Assert.Equal(404, (int)(await admin.GetAsync("/identity/v3/auth/tokens")).StatusCode);
        Assert.Equal(
            204, (int)(await demo.DeleteAsync("/identity/v3/auth/tokens", ("X-Subject-Token", demo.Token))).StatusCode);
        Assert.Equal(401, await StatusAsync("/v2.1/flavors", demo.Token));
        Assert.Equal(200, await StatusAsync("/v2.1/flavors", (await app.SignInAsync()).Token));
    }

    private async Task<int> StatusAsync(string path, string token)
    {
        using var answer = await app.SendAsync(HttpMethod.Get, path, token);
        return (int)answer.StatusCode;
    }
}
