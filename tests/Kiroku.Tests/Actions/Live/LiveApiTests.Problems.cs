using System.Text.Json.Nodes;
using Kiroku.Storage;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live;

/// <summary>Requests that are refused, and the problems that they are told.</summary>
public sealed partial class LiveApiTests
{
    [Theory]
    [InlineData(
        "limit=1", "There is no parameter limit; there are filter, order_by, page_size, page_token, all_projects.")]
    [InlineData("=1", "There is no parameter ;")]
    [InlineData("page_size=0", "page_size is a whole number from 1 to 1000.")]
    [InlineData("page_size=1001", "page_size is a whole number from 1 to 1000.")]
    [InlineData("page_size=-1", "page_size is")]
    [InlineData("page_size=1e2", "page_size is")]
    [InlineData("page_size=", "page_size is")]
    [InlineData("page_size=%D9%A3", "page_size is")]
    [InlineData("page_size=1%00", "page_size is")]
    [InlineData("page_size=1&page_size=2", "page_size is given 2 times.")]
    [InlineData("filter=done=true&filter=done=false", "filter is given 2 times.")]
    [InlineData("order_by=name", "order_by is start_time or start_time desc.")]
    [InlineData("order_by=start_time%20asc", "order_by is")]
    [InlineData("all_projects=1", "all_projects is true or false.")]
    [InlineData("all_projects=True", "all_projects is true or false.")]
    public async Task A_wrong_parameter_is_refused(string query, string why)
    {
        var problem = await RefusedAsync(Demo, $"{List}?{query}", 400);
        Assert.Equal("urn:kiroku:problem:invalid-parameter", (string)problem["type"]!);
        Assert.StartsWith(why, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("page_size=1000")]
    [InlineData("order_by=start_time desc&filter=&all_projects=false")]
    [InlineData("filter=server.name = \"記録 \0 😀 \\\" ' %00\"")]
    [InlineData("filter=request_id = \"\0\" OR project_id = \"\0\" OR server.id = \"\0\"")]
    [InlineData("filter=request_id = \"\0\"")]
    [InlineData("filter=server.id = nonsense")]
    [InlineData("filter=server.name = \"LONG\"")]
    public async Task Any_text_may_be_searched_for(string query)
        => await ListAsync(Demo, $"?{query.Replace("LONG", new string('録', 1984), StringComparison.Ordinal)}");

    [Fact]
    public async Task A_wrong_filter_is_refused_with_its_column()
    {
        var problem = await RefusedAsync(Demo, $"{List}?filter=done = true AND colour = red", 400);
        Assert.Equal(
            ["type", "title", "status", "detail", "column", "request_id"], problem.AsObject().Select(pair => pair.Key));
        Assert.Equal(
            ("urn:kiroku:problem:invalid-filter", 17), ((string)problem["type"]!, (int)problem["column"]!));
        await RefusedAsync(Demo, $"{List}?filter={new string('録', 2001)}", 400);
        await RefusedAsync(Demo, $"{List}?filter=duration_ms = \"5\0\"", 400);
    }

    [Fact]
    public async Task One_action_takes_no_parameter()
    {
        var problem = await RefusedAsync(Demo, $"{Failed}?wait=-1", 400);
        Assert.Equal(("urn:kiroku:problem:invalid-parameter", "There is no parameter wait."),
            ((string)problem["type"]!, (string)problem["detail"]!));
    }

    [Theory]
    [InlineData("GET", "/actions/v1/nonsense", 404, "not-found")]
    [InlineData("GET", "/actions/v1", 404, "not-found")]
    [InlineData("GET", "/actions", 404, "not-found")]
    [InlineData("GET", "/actions//v1/nonsense", 404, "not-found")]
    [InlineData("POST", "/actions/v1/actions", 405, "method-not-allowed")]
    [InlineData("DELETE", "FAILED", 405, "method-not-allowed")]
    [InlineData("GET", "/actions/v1/servers/vm/actions/req-1", 404, "not-found")]
    [InlineData("GET", "/actions/v1/servers/SERVER0/actions/req-1", 404, "not-found")]
    [InlineData("GET", "/actions/v1/servers/SERVER/actions/req-none", 404, "not-found")]
    [InlineData("GET", "/actions/v1/servers/SERVER/actions/記録", 404, "not-found")]
    public async Task What_is_not_there_is_a_problem(string method, string path, int status, string type)
    {
        path = path.Replace("SERVER", $"{history.Running.Server}", StringComparison.Ordinal)
            .Replace("FAILED", Failed, StringComparison.Ordinal);
        Assert.Equal(
            $"urn:kiroku:problem:{type}", (string)(await RefusedAsync(Demo, path, status, method))["type"]!);
    }

    [Theory]
    [InlineData(List)]
    [InlineData("/actions/v1/nonsense")]
    [InlineData("/actions/v1/servers/vm/actions/req-1")]
    public async Task A_stranger_is_told_where_to_sign_in(string path)
    {
        foreach (var token in new[] { null, "", "nonsense" })
        {
            using var answer = await Cloud.App.SendAsync(HttpMethod.Get, path, token);
            Assert.Equal(401, (int)answer.StatusCode);
            Assert.Contains("Keystone uri=", $"{answer.Headers.WwwAuthenticate}", StringComparison.Ordinal);
            Assert.Equal("unauthorized", TypeOf(await ProblemAsync(answer)));
        }
    }

    [Fact]
    public async Task A_user_who_asks_too_often_gets_a_problem_with_the_time_to_wait()
    {
        await using var app = await TestApp.StartAsync(builder => builder.Configuration.AddInMemoryCollection(
            [new("RateLimit:ReadsPerMinute", "1")]));
        var user = await app.SignInAsync();
        using var first = await user.GetAsync(List);
        using var second = await user.GetAsync(List);
        Assert.Equal((200, 429), ((int)first.StatusCode, (int)second.StatusCode));
        Assert.Equal("too-many-requests", TypeOf(await ProblemAsync(second)));
        Assert.NotNull(second.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_a_problem_with_the_time_to_wait()
    {
        await using var cloud = await Cloud.StartAsync();
        cloud.Database.BeforeRead = () => throw new StorageException("The store is away.");
        using var answer = await cloud.Demo.GetAsync(List);
        cloud.Database.BeforeRead = () => Task.CompletedTask;
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.Equal("service-unavailable", TypeOf(await ProblemAsync(answer)));
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private static async Task<JsonNode> RefusedAsync(TestUser user, string path, int status, string method = "GET")
    {
        using var answer = await user.App.SendAsync(new HttpMethod(method), path, user.Token);
        Assert.Equal(status, (int)answer.StatusCode);
        return await ProblemAsync(answer);
    }

    private static async Task<JsonNode> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", $"{answer.Content.Headers.ContentType}");
        var problem = await TestApp.JsonAsync(answer);
        Assert.Equal((int)answer.StatusCode, (int)problem["status"]!);
        Assert.Equal(answer.Headers.GetValues("x-openstack-request-id").Single(), (string)problem["request_id"]!);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["detail"]!);
        Assert.False(answer.Headers.Contains("x-compute-request-id"));
        return problem;
    }

    private static string TypeOf(JsonNode problem)
        => ((string)problem["type"]!).Replace("urn:kiroku:problem:", "", StringComparison.Ordinal);
}
