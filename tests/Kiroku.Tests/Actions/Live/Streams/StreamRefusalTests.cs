using System.Text.Json.Nodes;
using Kiroku.Actions.Live.Streams;
using Kiroku.Api;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>Requests for streams that are none.</summary>
public sealed class StreamRefusalTests(StreamCloud streams) : IClassFixture<StreamCloud>
{
    private Cloud Cloud => streams.Cloud;

    [Theory]
    [InlineData("?limit=1", "invalid-parameter")]
    [InlineData("?page_token=x", "invalid-parameter")]
    [InlineData("?all_projects=1", "invalid-parameter")]
    [InlineData("?after=GENERATION.1.1&after=GENERATION.1.1", "invalid-parameter")]
    [InlineData("?filter=colour=red", "invalid-filter")]
    [InlineData("?after=", "invalid-position")]
    [InlineData("?after=now", "invalid-position")]
    [InlineData("?after=GENERATION", "invalid-position")]
    [InlineData("?after=GENERATION.1", "invalid-position")]
    [InlineData("?after=GENERATION.1.1.1", "invalid-position")]
    [InlineData("?after=GENERATION.-1.1", "invalid-position")]
    [InlineData("?after=GENERATION.1e3.1", "invalid-position")]
    [InlineData("?after=GENERATION.1.99999999999999999999", "invalid-position")]
    [InlineData("?after=GENERATION.9223372036854775807.0", "invalid-position")]
    [InlineData("?after=%00.1.1%0A", "invalid-position")]
    public async Task A_wrong_request_is_a_problem(string query, string type)
    {
        var generation = (await StreamCloud.NowAsync(Cloud)).Generation;
        query = query.Replace("GENERATION", generation, StringComparison.Ordinal);
        var problem = await RefusedAsync(Cloud.Demo, query, 400);
        Assert.Equal($"{Problem.Types}{type}", (string)problem["type"]!);
    }

    [Theory]
    [InlineData("nonsense", 400, "invalid-position")]
    [InlineData("0123456789abcdef.1.1", 410, "position-gone")]
    public async Task A_wrong_Last_Event_ID_is_a_problem_whatever_after_says(string id, int status, string type)
    {
        var problem = await RefusedAsync(
            Cloud.Demo, $"?after={await StreamCloud.NowAsync(Cloud)}", status, ("Last-Event-ID", id));
        Assert.Equal($"{Problem.Types}{type}", (string)problem["type"]!);
    }

    [Fact]
    public async Task An_empty_Last_Event_ID_is_none()
    {
        await using var stream = await StreamClient.OpenAsync(Cloud.Demo, lastEventId: "");
        Assert.Equal("bookmark", (await stream.NextAsync())!.Kind);
    }

    [Fact]
    public async Task A_position_of_another_store_is_gone()
    {
        foreach (var after in new[] { "0123456789abcdef.1.1", "x.0.0", "%22%0Adata:.1.1" })
            Assert.Equal(
                $"{Problem.Types}{ToldPages.PositionGone}",
                (string)(await RefusedAsync(Cloud.Demo, $"?after={after}", 410))["type"]!);
    }

    [Fact]
    public async Task Only_who_may_see_all_projects_may_follow_them()
    {
        var problem = await RefusedAsync(Cloud.Demo, "?all_projects=true", 403);
        Assert.Contains("actions:all_projects", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_there_is_not_is_refused()
        => Assert.Equal(
            $"{Problem.Types}not-acceptable",
            (string)(await RefusedAsync(Cloud.Demo, "", 406, ("Accept", "application/json")))["type"]!);

    [Theory]
    [InlineData(null, StreamClient.Events)]
    [InlineData(" ", StreamClient.Events)]
    [InlineData("*/*", StreamClient.Events)]
    [InlineData("text/*", StreamClient.Events)]
    [InlineData("TEXT/Event-Stream", StreamClient.Events)]
    [InlineData("application/*", StreamClient.Lines)]
    [InlineData("application/x-ndjson", StreamClient.Lines)]
    [InlineData("application/x-ndjson, */*", StreamClient.Lines)]
    [InlineData("application/x-ndjson;q=0.5, text/event-stream;q=0.4", StreamClient.Lines)]
    [InlineData("application/x-ndjson;q=0.1, */*;q=0.2", StreamClient.Events)]
    [InlineData("text/event-stream;q=0, */*", StreamClient.Lines)]
    [InlineData("text/html, application/x-ndjson;q=0.001", StreamClient.Lines)]
    [InlineData("application/json", null)]
    [InlineData("text/event-stream;q=0", null)]
    [InlineData("*/*;q=0", null)]
    [InlineData(";", null)]
    public void The_form_is_what_the_client_likes_best(string? accept, string? form)
    {
        var request = new DefaultHttpContext { Request = { Headers = { Accept = accept } } }.Request;
        if (form is null)
            Assert.Equal(406, Assert.Throws<Fault>(() => StreamForms.Choose(request)).Status);
        else
            Assert.Equal(form, StreamForms.Choose(request).MediaType);
    }

    [Fact]
    public async Task Who_has_too_many_streams_gets_no_more_and_leaves_room_to_others()
    {
        await using var cloud = await Cloud.StartAsync(
            ("Streams:Most", "3"), ("Streams:MostOfUser", "2"), StreamCloud.Bookmarks);
        var other = await People.AddAsync(cloud.App, "other", "other", "member");
        await using var first = await StreamClient.OpenAsync(cloud.Demo);
        await using (await StreamClient.OpenAsync(cloud.Demo))
        {
            Assert.Contains("2 streams", await TooManyAsync(cloud.Demo, 429), StringComparison.Ordinal);
            await using var others = await StreamClient.OpenAsync(other);
            Assert.Contains("this service", await TooManyAsync(other, 503), StringComparison.Ordinal);
        }
        await StreamCloud.UntilOpenAsync(cloud, 1);
        await using var next = await StreamClient.OpenAsync(cloud.Demo);
    }

    private static async Task<string> TooManyAsync(TestUser user, int status)
    {
        using var answer = await user.App.OpenAsync(StreamClient.Path, user.Token, ("Accept", "*/*"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        return (string)(await TestApp.JsonAsync(answer))["detail"]!;
    }

    private static async Task<JsonNode> RefusedAsync(
        TestUser user, string query, int status, params (string Name, string Value)[] headers)
    {
        (string, string)[] accept = headers.Any(header => header.Name == "Accept") ? [] : [("Accept", "*/*")];
        using var answer = await user.App.OpenAsync(
            StreamClient.Path + query, user.Token, [.. accept, .. headers]);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(Problem.MediaType, $"{answer.Content.Headers.ContentType}");
        return await TestApp.JsonAsync(answer);
    }
}
