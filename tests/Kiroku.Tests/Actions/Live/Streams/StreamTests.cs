using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>What streams tell, and to whom.</summary>
public sealed class StreamTests(StreamCloud streams) : IClassFixture<StreamCloud>
{
    private const string Stop = """{"os-stop":null}""";
    private const string Start = """{"os-start":null}""";

    private Cloud Cloud => streams.Cloud;

    [Fact]
    public async Task Both_forms_begin_with_a_bookmark_and_tell_each_change_as_the_record_has_it()
    {
        await using var events = await StreamClient.OpenAsync(Cloud.Demo);
        await using var lines = await StreamClient.OpenAsync(Cloud.Demo, "", StreamClient.Lines);
        var server = await Cloud.CreateServerAsync();
        foreach (var (stream, form) in new[] { (events, StreamClient.Events), (lines, StreamClient.Lines) })
        {
            Assert.Equal("bookmark", (await stream.NextAsync())!.Kind);
            Assert.Equal(form, $"{stream.Answer.Content.Headers.ContentType}");
            Assert.Equal("no-store", $"{stream.Answer.Headers.CacheControl}");
            Assert.Equal("no", stream.Answer.Headers.GetValues("X-Accel-Buffering").Single());
        }
        var stop = (await Cloud.DoAsync(server, Stop)).Action.RequestId;
        var (toldAsEvents, toldAsLines) = (await events.UntilEndedAsync(stop), await lines.UntilEndedAsync(stop));
        StreamClient.AssertInOrder(toldAsEvents);
        Assert.Equal(["create", "stop"], toldAsEvents.Select(item => (string)item.Action!["action"]!).Distinct());
        var shown = (await Cloud.Demo.GetJsonAsync($"/actions/v1/servers/{server}/actions/{stop}")).ToJsonString();
        Assert.Equal((shown, shown), (toldAsEvents[^1].Action!.ToJsonString(), toldAsLines[^1].Action!.ToJsonString()));
    }

    [Fact]
    public async Task Administrators_see_host_and_traceback_in_what_others_are_told_without()
    {
        var from = $"?after={await StreamCloud.NowAsync(Cloud)}";
        var server = await Cloud.CreateServerAsync();
        await Cloud.DoAsync(server, Stop);
        Cloud.Hypervisor.Before = operation
            => operation == "start" ? throw new InvalidOperationException("secret place") : Task.CompletedTask;
        await using var live = await StreamClient.OpenAsync(Cloud.Demo, from);
        await using var all = await StreamClient.OpenAsync(Cloud.Admin, $"{from}&all_projects=true");
        var failed = (await Cloud.DoAsync(server, Start)).Action.RequestId;
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await using var late = await StreamClient.OpenAsync(Cloud.Demo, from);
        foreach (var stream in new[] { live, late })
            Assert.DoesNotContain("secret place",
                (await stream.UntilEndedAsync(failed))[^1].Action!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("secret place",
            (await all.UntilEndedAsync(failed))[^1].Action!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_another_project_is_told_live_or_from_the_store()
    {
        var beginning = await StreamCloud.BeginningAsync(Cloud);
        var server = await Cloud.CreateServerAsync();
        await using var live = await StreamClient.OpenAsync(streams.Other);
        await using var filtered = await StreamClient.OpenAsync(
            streams.Other, $"?filter=server.id={server} OR project_id={Cloud.Demo.ProjectId}");
        await using var adminsOwn = await StreamClient.OpenAsync(Cloud.Admin);
        await Cloud.ResetStateAsync(server, "active");
        await Cloud.DoAsync(server, Stop);
        var now = await StreamCloud.NowAsync(Cloud);
        await using var late = await StreamClient.OpenAsync(streams.Other, $"?after={beginning}");
        foreach (var stream in new[] { live, filtered, adminsOwn, late })
            Assert.Empty(await stream.UntilAsync(now));
    }

    [Fact]
    public async Task What_an_administrator_does_is_told_to_the_servers_project_and_to_whoever_may_see_all()
    {
        await using var owner = await StreamClient.OpenAsync(Cloud.Demo);
        await using var all = await StreamClient.OpenAsync(Cloud.Admin, "?all_projects=true");
        var server = await Cloud.CreateServerAsync();
        var reset = (await Cloud.ResetStateAsync(server, "active")).Action.RequestId;
        foreach (var stream in new[] { owner, all })
            Assert.Equal("admin", (string)(await stream.UntilEndedAsync(reset))[^1].Action!["user_name"]!);
    }

    [Fact]
    public async Task A_filter_is_compared_with_the_latest_state()
    {
        var from = await StreamCloud.NowAsync(Cloud);
        await using var ended = await StreamClient.OpenAsync(Cloud.Demo, "?filter=done=true AND action=stop");
        await using var running = await StreamClient.OpenAsync(Cloud.Demo, "?filter=done=false");
        var server = await Cloud.CreateServerAsync();
        var stop = (await Cloud.DoAsync(server, Stop)).Action.RequestId;
        Assert.True(Assert.Single(await ended.UntilEndedAsync(stop)).IsEndOf(stop));
        var now = await StreamCloud.NowAsync(Cloud);
        await using var late = await StreamClient.OpenAsync(Cloud.Demo, $"?filter=done=false&after={from}");
        foreach (var stream in new[] { running, late })
            Assert.All(await stream.UntilAsync(now), item => Assert.False(item.IsDone));
    }

    [Theory]
    [InlineData(StreamClient.Events)]
    [InlineData(StreamClient.Lines)]
    public async Task Who_goes_on_from_what_was_told_last_is_told_nothing_twice_and_misses_nothing(string form)
    {
        var from = $"{await StreamCloud.NowAsync(Cloud)}";
        var server = await Cloud.CreateServerAsync();
        var requests = await StreamCloud.WorkAsync(Cloud, [server, streams.Server], 4);
        var now = await StreamCloud.NowAsync(Cloud);
        await using var whole = await StreamClient.OpenAsync(Cloud.Demo, $"?after={from}", form);
        var expected = (await whole.UntilAsync(now)).Select(item => item.Action!.ToJsonString()).ToList();
        var (told, last) = (new List<StreamItem>(), from);
        while (told.Count < expected.Count)
        {
            // Both ways, and the later position wins.
            await using var part = await StreamClient.OpenAsync(Cloud.Demo, $"?after={from}", form, last);
            Assert.Equal(last, (await part.NextAsync())!.Position);
            for (var more = 0; more < 1 + (told.Count % 3) && told.Count < expected.Count; more++)
                told.Add(await part.NextActionAsync());
            last = part.Last;
        }
        StreamClient.AssertInOrder(told);
        Assert.Equal(expected, told.Select(item => item.Action!.ToJsonString()));
        Assert.Empty(requests.Except(told.Where(item => item.IsDone).Select(item => item.Request)));
    }

    [Fact]
    public async Task A_lists_position_leads_on_from_the_list()
    {
        var position = (string)(await Cloud.Demo.GetJsonAsync("/actions/v1/actions?page_size=1"))["position"]!;
        var stop = (await Cloud.DoAsync(await Cloud.CreateServerAsync(), Stop)).Action.RequestId;
        await using var stream = await StreamClient.OpenAsync(Cloud.Demo, $"?after={position}");
        StreamClient.AssertInOrder(await stream.UntilEndedAsync(stop));
    }

    [Fact]
    public async Task Bookmarks_go_on_where_nothing_is_told()
    {
        await using var stream = await StreamClient.OpenAsync(streams.Other);
        var before = await StreamCloud.NowAsync(Cloud);
        await Cloud.CreateServerAsync();
        var now = await StreamCloud.NowAsync(Cloud);
        Assert.NotEqual(before.Number, now.Number);
        Assert.Empty(await stream.UntilAsync(now));
    }
}
