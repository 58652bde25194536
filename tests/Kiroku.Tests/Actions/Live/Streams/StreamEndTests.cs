using Dapper;
using Kiroku.Identity.Tokens;
using Kiroku.Servers.Engine;
using Kiroku.Storage;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>Why streams end, and that they say so.</summary>
public sealed class StreamEndTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_that_expires_ends_its_stream()
    {
        var time = new SettableTime();
        await using var cloud = await Cloud.StartAsync(time, StreamCloud.Bookmarks);
        await using var stream = await StreamClient.OpenAsync(cloud.Demo);
        Assert.Equal("bookmark", (await stream.NextAsync())!.Kind);
        time.Ahead = TimeSpan.FromHours(2);
        Assert.Equal("unauthorized", await stream.EndAsync());
    }

    [Fact]
    public async Task A_token_that_is_revoked_ends_its_stream_and_no_other()
    {
        await using var cloud = await Cloud.StartAsync(StreamCloud.Bookmarks);
        var second = await cloud.App.SignInAsync();
        await using var stays = await StreamClient.OpenAsync(cloud.Demo);
        await using var ends = await StreamClient.OpenAsync(second, "", StreamClient.Lines);
        using var revoked = await second.DeleteAsync("/identity/v3/auth/tokens", ("X-Subject-Token", second.Token));
        Assert.Equal(204, (int)revoked.StatusCode);
        Assert.Equal("unauthorized", await ends.EndAsync());
        var server = await cloud.CreateServerAsync();
        await stays.UntilEndedAsync((await cloud.NewestActionAsync(server)).Action.RequestId);
    }

    [Fact]
    public async Task A_role_that_is_taken_away_ends_the_stream_that_takes_it()
    {
        await using var cloud = await Cloud.StartAsync(
            StreamCloud.Bookmarks, ("Policy:actions:all_projects", "auditor"));
        var auditor = await People.AddAsync(cloud.App, "auditor", "audit", "reader", "auditor");
        await using var all = await StreamClient.OpenAsync(auditor, "?all_projects=true");
        await using var own = await StreamClient.OpenAsync(auditor);
        var roles = await cloud.Admin.GetJsonAsync("/identity/v3/roles?name=auditor");
        using var taken = await cloud.Admin.DeleteAsync(
            $"/identity/v3/projects/{auditor.ProjectId}/users/{auditor.UserId}/roles/{roles["roles"]![0]!["id"]}");
        Assert.Equal(204, (int)taken.StatusCode);
        Assert.Equal("forbidden", await all.EndAsync());
        Assert.Equal("bookmark", (await own.NextAsync())!.Kind);
    }

    [Fact]
    public async Task A_token_that_cannot_be_checked_ends_its_stream()
    {
        await using var cloud = await Cloud.StartAsync(StreamCloud.Bookmarks);
        await using var stream = await StreamClient.OpenAsync(cloud.Demo);
        await stream.NextAsync();
        cloud.Database.AfterRead = found
            => found is Standing ? throw new StorageException("The store is away.") : Task.CompletedTask;
        // What the token stands for is looked up again once something about identity has changed.
        using var changed = await cloud.Admin.PostAsync("/identity/v3/projects", """{"project":{"name":"new"}}""");
        Assert.Equal(201, (int)changed.StatusCode);
        Assert.Equal("unavailable", await stream.EndAsync());
        cloud.Database.AfterRead = _ => Task.CompletedTask;
    }

    [Fact]
    public async Task A_drain_ends_streams_and_who_comes_back_is_told_until_the_end()
    {
        await using var cloud = await Cloud.StartAsync(StreamCloud.Bookmarks);
        var server = await cloud.CreateServerAsync();
        await using var first = await StreamClient.OpenAsync(cloud.Demo);
        await using var lines = await StreamClient.OpenAsync(cloud.Demo, "", StreamClient.Lines);
        var gate = Gate.At(cloud, "stop");
        var (_, request) = await cloud.ActAsync(server, """{"os-stop":null}""");
        await gate.Reached;
        var drained = cloud.App.Services.GetRequiredService<Resting>().DrainAsync(_ => { });

        Assert.Equal(("stopping", "stopping"), (await first.EndAsync(), await lines.EndAsync()));

        await using var second = await StreamClient.OpenAsync(cloud.Demo, lastEventId: first.Last);
        gate.Open();
        await second.UntilEndedAsync(request);
        await drained;
        await AssertEndsAsync(cloud, second);
    }

    [Fact]
    public async Task The_end_of_the_service_ends_streams_and_does_not_wait_for_them()
    {
        await using var cloud = await Cloud.StartAsync();
        await using var stream = await StreamClient.OpenAsync(cloud.Demo);
        await stream.NextAsync();
        await AssertEndsAsync(cloud, stream);
        var last = stream.Last;

        await cloud.StartAgainAsync();

        var server = await cloud.CreateServerAsync();
        await using var next = await StreamClient.OpenAsync(cloud.Demo, lastEventId: last);
        await next.UntilEndedAsync((await cloud.NewestActionAsync(server)).Action.RequestId);
    }

    [Fact]
    public async Task A_store_that_was_restored_ends_streams_and_their_positions_are_gone()
    {
        await using var cloud = await Cloud.StartAsync();
        await cloud.CreateServerAsync();
        await using var stream = await StreamClient.OpenAsync(cloud.Demo);
        await stream.NextAsync();
        await cloud.Database.WriteAsync(db => db.ExecuteAsync("UPDATE feed SET generation = 'new'"), Token);
        Assert.Equal("position-gone", await stream.EndAsync());
        using var gone = await cloud.App.OpenAsync(
            StreamClient.Path, cloud.Demo.Token, ("Accept", "*/*"), ("Last-Event-ID", stream.Last));
        Assert.Equal(410, (int)gone.StatusCode);
        Assert.Equal(
            "urn:kiroku:problem:position-gone", (string)(await TestApp.JsonAsync(gone))["type"]!);
        await using var next = await StreamClient.OpenAsync(cloud.Demo);
        var server = await cloud.CreateServerAsync();
        await next.UntilEndedAsync((await cloud.NewestActionAsync(server)).Action.RequestId);
    }

    private static async Task AssertEndsAsync(Cloud cloud, StreamClient stream)
    {
        var stopped = cloud.StopAsync();
        Assert.Equal("stopping", await stream.EndAsync());
        await stopped.WaitAsync(Patience, Token);
    }
}
