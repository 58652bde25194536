using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Api;

public sealed class PathsTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    public static TheoryData<string, string> Unrouted => new()
    {
        { "GET", "/v2.1/nonsense" },
        { "GET", "/v2.1/servers/" },
        { "GET", "/v2.1/servers.json" },
        { "GET", "/v2.1//nonsense" },
        { "GET", "/v2.1/servers/SERVER/" },
        { "GET", "/v2.1/servers/SERVER/os-instance-actions/" },
        { "GET", "/v2.1/servers/SERVER/os-instance-actions/req-1/" },
        { "GET", "/v2.1/servers/SERVER/os-instance-actions/req-1/events" },
        { "GET", "/v2.1/servers/SERVER/os-server-password" },
        { "GET", "/v2.1/os-migrations" },
        { "GET", "/v2.1/OTHERSNAME/servers" },
        { "GET", "/v2.1/OTHER/nonsense" },
        { "GET", "/v2/nonsense" },
        { "POST", "/v2.1/servers/SERVER" },
        { "POST", "/v2.1/flavors/servers" },
        { "PATCH", "/v2.1/servers" },
        { "DELETE", "/v2.1/servers" },
        { "PUT", "/v2.1/servers/SERVER/action" },
        { "DELETE", "/v2.1/servers/SERVER/metadata" },
        { "POST", "/v2.1/servers/SERVER/tags" },
        { "GET", "/v2.1/servers/SERVER/action" },
        { "POST", "/v2.1/servers/SERVER/os-instance-actions" },
        { "DELETE", "/v2.1/servers/SERVER/os-instance-actions/req-1" },
        { "BREW", "/v2.1/servers" },
    };

    [Theory]
    [MemberData(nameof(Unrouted))]
    public async Task A_request_without_a_route_is_answered_as_by_novas_router(string method, string path)
    {
        path = path.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal)
            .Replace("OTHERSNAME", "nobody", StringComparison.Ordinal).Replace(
                "OTHER", running.Other.ProjectId, StringComparison.Ordinal);
        var before = await running.RowsAsync();
        using var answer = await running.Cloud.App.SendAsync(new HttpMethod(method), path, running.Cloud.Demo.Token);
        var body = (await TestApp.JsonAsync(answer)).AsObject();
        Assert.True((int)answer.StatusCode is 404 or 405, $"{(int)answer.StatusCode}");
        Assert.Equal(["message", "code", "title"], body.Select(pair => pair.Key));
        Assert.Equal((int)answer.StatusCode == 404 ? "404 Not Found" : "405 Method Not Allowed", (string)body["code"]!);
        if ((int)answer.StatusCode == 404)
            Assert.Equal("The resource could not be found.<br /><br />\n\n\n", (string)body["message"]!);
        Assert.Equal(before, await running.RowsAsync());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task An_image_without_an_id_is_not_found(string method)
    {
        using var answer = await running.Cloud.App.SendAsync(
            new HttpMethod(method), "/image/v2/images/", running.Cloud.Demo.Token);
        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("/v2.1//limits", 200)]
    [InlineData("/v2.1//servers///detail?limit=1", 200)]
    [InlineData("/v2.1/os-quota-sets//PROJECT", 200)]
    [InlineData("/image//v2/images", 200)]
    [InlineData("/v2.1/servers//", 404)]
    public async Task Several_slashes_are_one(string path, int expected)
    {
        path = path.Replace("PROJECT", running.Cloud.Demo.ProjectId, StringComparison.Ordinal);
        using var answer = await running.Cloud.App.SendAsync(HttpMethod.Get, path, running.Cloud.Demo.Token);
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_path_of_identity_with_several_slashes_is_sent_on_to_the_one_with_one()
    {
        using var answer = await running.Cloud.App.SendAsync(
            HttpMethod.Get, "/identity/v3//auth///catalog?a=b", running.Cloud.Demo.Token);
        Assert.Equal(
            (308, "/identity/v3/auth/catalog?a=b"), ((int)answer.StatusCode, answer.Headers.Location!.PathAndQuery));
    }

    [Theory]
    [InlineData("/v2.1/servers/..%2Fflavors", "..%2Fflavors")]
    [InlineData("/v2.1/servers/a%2Fb", "a%2Fb")]
    [InlineData("/v2.1/servers/%E3%81%82", "あ")]
    [InlineData("/v2.1/servers/SERVER.json", "SERVER.json")]
    public async Task An_invalid_id_is_not_found(string path, string id)
    {
        using var answer = await running.Cloud.Demo.GetAsync(
            path.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal));
        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal(
            $"Instance {id.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal)} could not be found.",
            (string)(await TestApp.JsonAsync(answer))["itemNotFound"]!["message"]!);
    }

    [Theory]
    [InlineData("/v2.1/servers/%00")]
    [InlineData("/v2.1/servers/SERVER/os-instance-actions/%00")]
    public async Task A_zero_byte_is_in_no_path(string path)
    {
        using var answer = await running.Cloud.Demo.GetAsync(path);
        Assert.Equal((400, ""),
            ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("gAAAAABinvalid")]
    public async Task Without_a_token_nothing_is_answered(string? token)
    {
        foreach (var path in new[]
            { "/v2.1/servers", $"/v2.1/servers/{running.Server}/os-instance-actions", "/v2.1/nonsense",
                "/v2/x/servers" })
        {
            using var answer = await running.Cloud.App.SendAsync(HttpMethod.Get, path, token);
            await AssertUnauthorizedAsync(answer);
        }
    }

    [Fact]
    public async Task An_expired_token_is_invalid()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var app = await TestApp.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(clock));
        var demo = await app.SignInAsync();
        clock.Advance(TimeSpan.FromDays(2));
        using var answer = await demo.GetAsync("/v2.1/servers");
        await AssertUnauthorizedAsync(answer);
    }

    [Theory]
    [InlineData("/v2/OTHER/servers")]
    [InlineData("/v2.1/OTHER/servers/SERVER/os-instance-actions")]
    public async Task A_token_of_another_project_than_the_address_names_is_refused(string path)
    {
        path = path.Replace("OTHER", running.Other.ProjectId, StringComparison.Ordinal).Replace(
            "SERVER", running.Server.ToString(), StringComparison.Ordinal);
        using var answer = await running.Cloud.Demo.GetAsync(path);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal($"Malformed request URL: URL's project_id '{running.Other.ProjectId}' doesn't match Context's "
            + $"project_id '{running.Cloud.Demo.ProjectId}'",
            (string)(await TestApp.JsonAsync(answer))["badRequest"]!["message"]!);
    }

    [Fact]
    public async Task Another_projects_server_is_as_unknown_as_one_that_does_not_exist()
    {
        var before = await running.RowsAsync();
        foreach (var id in new[] { running.Server, Guid.Parse("6f0a1cbb-0000-4000-8000-000000000000") })
        {
            using var shown = await running.Other.GetAsync($"/v2.1/servers/{id}");
            using var deleted = await running.Other.DeleteAsync($"/v2.1/servers/{id}");
            using var stopped = await running.Other.PostAsync($"/v2.1/servers/{id}/action", """{"os-stop":null}""");
            using var read = await running.Other.PostAsync(
                $"/v2.1/servers/{id}/action", """{"os-getConsoleOutput":{}}""");
            foreach (var answer in new[] { shown, deleted, stopped, read })
            {
                Assert.Equal(404, (int)answer.StatusCode);
                Assert.Equal($"Instance {id} could not be found.",
                    (string)(await TestApp.JsonAsync(answer))["itemNotFound"]!["message"]!);
            }
        }
        Assert.Equal(before, await running.RowsAsync());
    }

    public static TheoryData<string, string> Guarded => new()
    {
        { """{"os-start":null}""", "os_compute_api:servers:start" },
        { """{"os-stop":null}""", "os_compute_api:servers:stop" },
        { """{"reboot":{"type":"SOFT"}}""", "os_compute_api:servers:reboot" },
        { """{"rebuild":{"imageRef":"6f0a1cbb-0000-4000-8000-000000000000"}}""", "os_compute_api:servers:rebuild" },
        { """{"resize":{"flavorRef":"84"}}""", "os_compute_api:servers:resize" },
        { """{"confirmResize":null}""", "os_compute_api:servers:confirm_resize" },
        { """{"revertResize":null}""", "os_compute_api:servers:revert_resize" },
        { """{"shelve":null}""", "os_compute_api:os-shelve:shelve" },
        { """{"unshelve":null}""", "os_compute_api:os-shelve:unshelve" },
        { """{"os-getConsoleOutput":{}}""", "os_compute_api:os-console-output" },
    };

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task A_reader_may_not_act(string body, string rule)
    {
        var before = await running.RowsAsync();
        using var answer = await running.Reader.PostAsync($"/v2.1/servers/{running.Server}/action", body);
        await AssertForbiddenAsync(answer, rule);
        Assert.Equal(before, await running.RowsAsync());
    }

    [Fact]
    public async Task A_reader_may_neither_create_nor_delete()
    {
        using var created = await running.Reader.PostAsync(
            "/v2.1/servers", """{"server":{"name":"vm","flavorRef":"42"}}""");
        await AssertForbiddenAsync(created, "os_compute_api:servers:create");
        using var deleted = await running.Reader.DeleteAsync($"/v2.1/servers/{running.Server}");
        await AssertForbiddenAsync(deleted, "os_compute_api:servers:delete");
    }

    private static async Task AssertForbiddenAsync(HttpResponseMessage answer, string rule)
    {
        var expected = new JsonObject
        {
            ["forbidden"]
            = new JsonObject { ["code"] = 403, ["message"] = $"Policy doesn't allow {rule} to be performed." },
        };
        Assert.Equal(expected.ToJsonString(), (await TestApp.JsonAsync(answer)).ToJsonString());
        Assert.Equal(403, (int)answer.StatusCode);
    }

    private static async Task AssertUnauthorizedAsync(HttpResponseMessage answer)
    {
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal(
            """{"error":{"code":401,"title":"Unauthorized","message":"The request you have made requires authentication."}}""",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith(
            "Keystone uri=\"", answer.Headers.GetValues("WWW-Authenticate").Single(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("OpenStack-API-Version"));
    }
}
