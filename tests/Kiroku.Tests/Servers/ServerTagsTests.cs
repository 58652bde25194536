
namespace Kiroku.Tests.Servers;

public sealed class ServerTagsTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Unknown = "4c1a4b9e-0000-4000-8000-000000000000";
    private const string Invalid =
        "is invalid. It must be a non empty string without characters '/' and ','. Validation error message:";
    private static readonly string Long = new('x', 61);
    private static readonly string Fifty = string.Join(',', Enumerable.Range(0, 50).Select(index => $"\"t{index}\""));

    private Cloud Cloud => running.Cloud;

    public static TheoryData<string, string, string?, int, string> Refused => new()
    {
        { "PUT", "", null, 400, "None is not of type 'object'" },
        { "PUT", "", "{", 400, "Malformed request body" },
        { "PUT", "", "[]", 400, "[] is not of type 'object'" },
        { "PUT", "", "{}", 400, "'tags' is a required property" },
        { "PUT", "", """{"tags":"a"}""", 400, "'a' is not of type 'array'" },
        { "PUT", "", """{"tags":[7]}""", 400,
            "Invalid input for field/attribute 0. Value: 7. 7 is not of type 'string'" },
        { "PUT", "", """{"tags":[""]}""", 400, "'' is too short" },
        { "PUT", "", """{"tags":["a/b"]}""", 400, "'a/b' does not match '^[^,/]*$'" },
        { "PUT", "", """{"tags":["\ud83d"]}""", 400, "Malformed request body" },
        { "PUT", "", $$$"""{"tags":["{{{Long}}}"]}""", 400, "is too long" },
        { "PUT", "", $$"""{"tags":["t50",{{Fifty}}]}""", 400, "is too long" },
        { "PUT", "", """{"tags":[],"x":1}""", 400, "Additional properties are not allowed ('x' was unexpected)" },
        { "PUT", "/a", "{}", 400, "{} is not of type 'null'" },
        { "PUT", "/a,b", null, 400, $"Tag 'a,b' {Invalid} 'a,b' does not match '^[^,/]*$'" },
        { "PUT", "/a%2Fb", null, 400, Invalid },
        { "PUT", $"/{Long}", null, 400, $"{Invalid} '{Long}' is too long" },
        { "GET", "/none", null, 404, "has no tag 'none'" },
        { "DELETE", "/none", null, 404, "has no tag 'none'" },
    };

    [Fact]
    public async Task Tags_are_added_seen_listed_replaced_and_deleted()
    {
        var (server, path) = await CreateAsync();
        Assert.Equal("""{"tags":[]}""", await SendAsync(200, "GET", path));
        await SendAsync(201, "PUT", $"{path}/web");
        await SendAsync(204, "PUT", $"{path}/web");
        await SendAsync(204, "GET", $"{path}/web");
        Assert.Equal("""{"tags":["web"]}""", await SendAsync(200, "GET", path));
        Assert.Equal("""{"tags":["b","a"]}""", await SendAsync(200, "PUT", path, """{"tags":["b","a","b"]}"""));
        await SendAsync(404, "GET", $"{path}/web");
        await SendAsync(204, "DELETE", $"{path}/b");
        Assert.Equal("""["a"]""",
            (await Cloud.Demo.GetJsonAsync(
                $"/v2.1/servers/{server}", Version("2.26")))["server"]!["tags"]!.ToJsonString());
        await SendAsync(204, "DELETE", path);
        Assert.Equal("""{"tags":[]}""", await SendAsync(200, "GET", path));
        Assert.Equal("create", (await Cloud.NewestActionAsync(server)).Action.Action);
    }

    [Fact]
    public async Task A_new_tag_is_answered_with_its_address_and_lists_find_the_server_by_it()
    {
        var (server, path) = await CreateAsync();
        using var answer = await Cloud.App.SendAsync(
            HttpMethod.Put, $"{path}/%E8%A8%98%20%25%F0%9F%98%80", Cloud.Demo.Token, null, Version("2.26"));
        Assert.Equal(201, (int)answer.StatusCode);
        Assert.EndsWith(
            $"{path}/%E8%A8%98%20%25%F0%9F%98%80", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        await SendAsync(204, "GET", answer.Headers.Location.OriginalString);
        Assert.Equal("記 %😀", (string)(await Cloud.Demo.GetJsonAsync(path, Version("2.26")))["tags"]![0]!);
        var found = await Cloud.Demo.GetJsonAsync("/v2.1/servers?tags=%E8%A8%98%20%25%F0%9F%98%80", Version("2.26"));
        Assert.Equal(server.ToString(), (string)Assert.Single(found["servers"]!.AsArray())!["id"]!);
    }

    [Fact]
    public async Task There_are_fifty_tags_at_most_and_a_lock_does_not_matter()
    {
        var (server, path) = await CreateAsync();
        await Cloud.ActAsync(server, """{"lock":null}""");
        await SendAsync(200, "PUT", path, $$"""{"tags":[{{Fifty}}]}""");
        await AssertRefusedAsync(
            Cloud.Demo, "PUT", $"{path}/more", (null, 400, "The number of tags exceeded the per-server limit 50"));
    }

    [Theory]
    [InlineData("GET", "/v2.1/servers/SERVER/tags", "2.25")]
    [InlineData("PUT", "/v2.1/servers/SERVER/tags/a", "2.1")]
    [InlineData("DELETE", "/v2/servers/SERVER/tags", "2.96")]
    public async Task Before_2_26_there_are_no_tags(string method, string path, string version)
    {
        using var answer = await Cloud.App.SendAsync(
            new HttpMethod(method), path.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal),
            Cloud.Demo.Token, null, Version(version));
        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal(
            "The resource could not be found.", (string)(await TestApp.JsonAsync(answer))["itemNotFound"]!["message"]!);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public Task A_wrong_request_is_refused(string method, string rest, string? body, int status, string message)
        => AssertRefusedAsync(
            Cloud.Demo, method, $"/v2.1/servers/{running.Server}/tags{rest}", (body, status, message));

    [Theory]
    [InlineData("PUT", "", """{"tags":[]}""", "update_all", "update tags")]
    [InlineData("DELETE", "", null, "delete_all", "delete tags")]
    [InlineData("PUT", "/b", null, "update", "update tag")]
    [InlineData("DELETE", "/a", null, "delete", "delete tag")]
    public async Task A_change_requires_the_right_caller_and_the_right_state(
        string method, string rest, string? body, string rule, string doing)
    {
        var (server, path) = await CreateAsync();
        await SendAsync(201, "PUT", $"{path}/a");
        await AssertRefusedAsync(running.Reader, method, path + rest,
            (body, 403, $"Policy doesn't allow os_compute_api:os-server-tags:{rule} to be performed."));
        await AssertRefusedAsync(
            running.Other, method, path + rest, (body, 404, $"Instance {server} could not be found."));
        await AssertRefusedAsync(Cloud.Demo, method, $"/v2.1/servers/{Unknown}/tags{rest}",
            (body, 404, $"Instance {Unknown} could not be found."));

        await Cloud.DoAsync(server, """{"rescue":null}""");
        await AssertRefusedAsync(Cloud.Demo, method, path + rest,
            (body, 409, $"Cannot '{doing}' instance {server} while it is in vm_state rescued"));

        await Cloud.DeleteAsync(server);
        await AssertRefusedAsync(
            Cloud.Demo, method, path + rest, (body, 404, $"Instance {server} could not be found."));
    }

    private static (string, string) Version(string version) => ("OpenStack-API-Version", $"compute {version}");

    private async Task<(Guid Server, string Path)> CreateAsync()
    {
        var server = await Cloud.CreateServerAsync();
        return (server, $"/v2.1/servers/{server}/tags");
    }

    private async Task<string> SendAsync(int status, string method, string path, string? body = null)
    {
        using var answer = await Cloud.App.SendAsync(
            new HttpMethod(method), path, Cloud.Demo.Token, body is null ? null : TestApp.Json(body), Version("2.26"));
        Assert.Equal(status, (int)answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task AssertRefusedAsync(
        TestUser user, string method, string path, (string? Body, int Status, string Message) expected)
    {
        var before = await running.RowsAsync();
        using var answer = await Cloud.App.SendAsync(
            new HttpMethod(method), path, user.Token, expected.Body is null ? null : TestApp.Json(expected.Body),
            Version("2.26"));
        Assert.Equal(expected.Status, (int)answer.StatusCode);
        Assert.Contains(expected.Message,
            (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!, StringComparison.Ordinal);
        Assert.Equal(before, await running.RowsAsync());
    }
}
