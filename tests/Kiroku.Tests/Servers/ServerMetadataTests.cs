
namespace Kiroku.Tests.Servers;

public sealed class ServerMetadataTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Unknown = "4c1a4b9e-0000-4000-8000-000000000000";
    private static readonly string Long = new('x', 256);
    private static readonly string TooMany = string.Join(
        ',', Enumerable.Range(0, 129).Select(index => $"\"k{index}\":\"\""));

    private Cloud Cloud => running.Cloud;

    public static TheoryData<string, string, string, int, string> Refused => new()
    {
        { "POST", "", "", 400, "None is not of type 'object'" },
        { "POST", "", "nonsense", 400, "Malformed request body" },
        { "POST", "", "[]", 400, "[] is not of type 'object'" },
        { "POST", "", "{}", 400, "'metadata' is a required property" },
        { "POST", "", """{"metadata":null}""", 400, "None is not of type 'object'" },
        { "POST", "", """{"metadata":{"a":1}}""", 400,
            "Invalid input for field/attribute a. Value: 1. 1 is not of type 'string'" },
        { "POST", "", """{"metadata":{"a":null}}""", 400, "None is not of type 'string'" },
        { "POST", "", """{"metadata":{"":"x"}}""", 400, "'' does not match any of the regexes" },
        { "POST", "", """{"metadata":{"a\u0000":"x"}}""", 400, "does not match any of the regexes" },
        { "POST", "", """{"metadata":{"\ud83d\ude00":"x"}}""", 400, "does not match any of the regexes" },
        { "POST", "", """{"metadata":{"a":"\ud83d"}}""", 400, "Malformed request body" },
        { "POST", "", $$$"""{"metadata":{"{{{Long}}}":"x"}}""", 400, "does not match any of the regexes" },
        { "POST", "", $$$"""{"metadata":{"a":"{{{Long}}}"}}""", 400, "is too long" },
        { "POST", "", """{"metadata":{},"x":1}""", 400, "Additional properties are not allowed ('x' was unexpected)" },
        { "POST", "", $$$"""{"metadata":{ {{{TooMany}}} }}""", 403, "Maximum number of metadata items exceeds 128" },
        { "PUT", "", """{"meta":{"a":"b"}}""", 400, "'metadata' is a required property" },
        { "PUT", "", $$$"""{"metadata":{ {{{TooMany}}} }}""", 403, "Maximum number of metadata items exceeds 128" },
        { "PUT", "/a", """{"metadata":{"a":"b"}}""", 400, "'meta' is a required property" },
        { "PUT", "/a", """{"meta":{}}""", 400, "{} does not have enough properties" },
        { "PUT", "/a", """{"meta":{"a":"1","b":"2"}}""", 400, "has too many properties" },
        { "PUT", "/a", """{"meta":{"b":"2"}}""", 400, "Request body and URI mismatch" },
        { "PUT", "/a", """{"meta":{"a":2}}""", 400, "2 is not of type 'string'" },
        { "GET", "/none", "", 404, "Metadata item was not found" },
        { "GET", "/%F0%9F%98%80", "", 404, "Metadata item was not found" },
        { "DELETE", "/none", "", 404, "Metadata item was not found" },
    };

    [Fact]
    public async Task Metadata_is_read_added_to_replaced_and_deleted()
    {
        var (server, path) = await CreateAsync();
        Assert.Equal("""{"metadata":{}}""", await SendAsync(200, "GET", path));
        Assert.Equal("""{"metadata":{"a":"1","b":"2"}}""",
            await SendAsync(200, "POST", path, """{"metadata":{"a":"1","b":"2"}}"""));
        Assert.Equal("""{"metadata":{"a":"3","b":"2","c":"é"}}""",
            await SendAsync(200, "POST", path, """{"metadata":{"a":"3","c":"é"}}"""));
        Assert.Equal("""{"meta":{"b":""}}""", await SendAsync(200, "PUT", $"{path}/b", """{"meta":{"b":""}}"""));
        Assert.Equal("""{"meta":{"b":""}}""", await SendAsync(200, "GET", $"{path}/b"));
        Assert.Equal("", await SendAsync(204, "DELETE", $"{path}/a"));
        Assert.Equal("""{"metadata":{"b":"","c":"é"}}""", await SendAsync(200, "GET", path));
        Assert.Equal("""{"metadata":{"d e":"4"}}""", await SendAsync(200, "PUT", path, """{"metadata":{"d e":"4"}}"""));
        Assert.Equal("""{"meta":{"d e":"4"}}""", await SendAsync(200, "GET", $"{path}/d%20e"));
        Assert.Equal("""{"metadata":{}}""", await SendAsync(200, "PUT", path, """{"metadata":{}}"""));
        Assert.Equal("create", (await Cloud.NewestActionAsync(server)).Action.Action);
    }

    [Fact]
    public async Task A_change_while_an_action_begins_is_never_lost()
    {
        var (server, path) = await CreateAsync();
        for (var round = 0; round < 5; round++)
        {
            var changes = Enumerable.Range(0, 10)
                .Select(index => SendAsync(200, "POST", path, $$$"""{"metadata":{"r{{{round}}}n{{{index}}}":"x"}}"""))
                    .ToList();
            await Cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""");
            await Task.WhenAll(changes);
        }
        Assert.Equal(50, (await Cloud.ServerAsync(server)).Metadata.Count);
    }

    [Fact]
    public async Task A_project_with_less_quota_may_still_delete()
    {
        await using var cloud = await Cloud.StartAsync(("Quotas:MetadataItems", "1"));
        var path = $"/v2.1/servers/{await cloud.CreateServerAsync()}/metadata";
        using var first = await cloud.Demo.PostAsync(path, """{"metadata":{"a":"1"}}""");
        using var again = await cloud.Demo.PostAsync(path, """{"metadata":{"a":"2"}}""");
        using var second = await cloud.Demo.PostAsync(path, """{"metadata":{"b":"1"}}""");
        using var other = await cloud.Demo.PutJsonAsync($"{path}/b", """{"meta":{"b":"1"}}""");
        using var deleted = await cloud.Demo.DeleteAsync($"{path}/a");
        Assert.Equal([200, 200, 403, 403, 204],
            new[] { first, again, second, other, deleted }.Select(answer => (int)answer.StatusCode));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public Task A_wrong_request_is_refused(string method, string rest, string body, int status, string message)
        => AssertRefusedAsync(
            Cloud.Demo, method, $"/v2.1/servers/{running.Server}/metadata{rest}", (body, status, message));

    [Theory]
    [InlineData("POST", "", """{"metadata":{"a":"b"}}""", "create", "update metadata")]
    [InlineData("PUT", "", """{"metadata":{"a":"b"}}""", "update_all", "update metadata")]
    [InlineData("PUT", "/a", """{"meta":{"a":"b"}}""", "update", "update metadata")]
    [InlineData("DELETE", "/a", "", "delete", "delete metadata")]
    public async Task A_change_requires_the_right_caller_and_the_right_state(
        string method, string rest, string body, string rule, string doing)
    {
        var (server, path) = await CreateAsync();
        await SendAsync(200, "POST", path, """{"metadata":{"a":"1"}}""");
        await AssertRefusedAsync(running.Reader, method, path + rest,
            (body, 403, $"Policy doesn't allow os_compute_api:server-metadata:{rule} to be performed."));
        await AssertRefusedAsync(
            running.Other, method, path + rest, (body, 404, $"Instance {server} could not be found."));
        await AssertRefusedAsync(Cloud.Demo, method, $"/v2.1/servers/{Unknown}/metadata{rest}",
            (body, 404, $"Instance {Unknown} could not be found."));

        await Cloud.ActAsync(server, """{"lock":null}""");
        await AssertRefusedAsync(Cloud.Demo, method, path + rest, (body, 409, $"Instance {server} is locked"));
        await Cloud.ActAsync(server, """{"unlock":null}""");

        await Cloud.DoAsync(server, """{"shelve":null}""");
        await AssertRefusedAsync(Cloud.Demo, method, path + rest,
            (body, 409, $"Cannot '{doing}' instance {server} while it is in vm_state shelved_offloaded"));

        await Cloud.DeleteAsync(server);
        await AssertRefusedAsync(
            Cloud.Demo, method, path + rest, (body, 404, $"Instance {server} could not be found."));
    }

    [Fact]
    public async Task An_administrator_passes_the_lock_and_a_reader_reads()
    {
        var (server, path) = await CreateAsync();
        await Cloud.ActAsync(server, """{"lock":null}""");
        using var answer = await Cloud.Admin.PostAsync(path, """{"metadata":{"a":"1"}}""");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("1", (string)(await running.Reader.GetJsonAsync($"{path}/a"))["meta"]!["a"]!);
        await AssertRefusedAsync(running.Other, "GET", path, ("", 404, $"Instance {server} could not be found."));
    }

    private async Task<(Guid Server, string Path)> CreateAsync()
    {
        var server = await Cloud.CreateServerAsync();
        return (server, $"/v2.1/servers/{server}/metadata");
    }

    private async Task<string> SendAsync(int status, string method, string path, string? body = null)
    {
        using var answer = await Cloud.App.SendAsync(
            new HttpMethod(method), path, Cloud.Demo.Token, body is null ? null : TestApp.Json(body));
        Assert.Equal(status, (int)answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task AssertRefusedAsync(
        TestUser user, string method, string path, (string Body, int Status, string Message) expected)
    {
        var before = await running.RowsAsync();
        using var answer = await Cloud.App.SendAsync(
            new HttpMethod(method), path, user.Token, method is "GET" or "DELETE" ? null : TestApp.Json(expected.Body));
        Assert.Equal(expected.Status, (int)answer.StatusCode);
        Assert.Contains(expected.Message,
            (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!, StringComparison.Ordinal);
        Assert.Equal(before, await running.RowsAsync());
    }
}
