using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Actions.Live.Streams;

/// <summary>Streams while much happens, and while the service is killed.</summary>
public sealed class StreamLoadTests
{
    private const int Servers = 6;
    private static readonly int Times = FullTier.IsOn ? 10 : 3;
    private static readonly int Kills = FullTier.IsOn ? 20 : 5;

    /// <summary>With so little in memory, streams read the store again and again.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Each_end_is_told_in_order_however_much_is_kept_in_memory(int kept)
    {
        await using var cloud = await Cloud.StartAsync(
            Cloud.Unwatched, StreamCloud.Bookmarks, ("Streams:KeptChanges", $"{kept}"));
        var servers = await CreateAsync(cloud);
        var from = $"?after={await StreamCloud.NowAsync(cloud)}";
        await using var whole = await StreamClient.OpenAsync(cloud.Demo, from);
        await using var ends = await StreamClient.OpenAsync(
            cloud.Admin, $"{from}&all_projects=true&filter=done=true", StreamClient.Lines);
        using var over = new CancellationTokenSource();
        var broken = FollowBrokenAsync(cloud, from, over.Token);
        var requests = await StreamCloud.WorkAsync(cloud, servers, Times);
        var now = await StreamCloud.NowAsync(cloud);
        AssertTold(requests, await whole.UntilAsync(now));
        var endsTold = await ends.UntilAsync(now);
        AssertTold(requests, endsTold);
        Assert.Equal(requests.Count, endsTold.Count);
        await over.CancelAsync();
        var (told, last) = await broken;
        await using var rest = await StreamClient.OpenAsync(cloud.Demo, from, lastEventId: last);
        AssertTold(requests, [.. told, .. await rest.UntilAsync(now)]);
    }

    [Fact]
    public async Task Every_end_reaches_who_follows_while_the_service_is_killed_again_and_again()
    {
        await using var cloud = await Cloud.StartAsync(Cloud.Unwatched, StreamCloud.Bookmarks);
        var servers = await CreateAsync(cloud);
        var last = $"{await StreamCloud.NowAsync(cloud)}";
        var (told, requests) = (new List<StreamItem>(), new List<string>());
        for (var kill = 0; kill < Kills; kill++)
        {
            var stream = await StreamClient.OpenAsync(cloud.Demo, lastEventId: last);
            var killed = Points.KillAt(cloud, 3 + (7 * kill % 40)).Reached;
            requests.AddRange(await BeginAllAsync(cloud, servers, killed));
            told.AddRange(await TakeUntilAsync(stream, killed));
            last = stream.Last;
            await stream.DisposeAsync();
            await cloud.StartAgainAsync();
            await UntilIdleAsync(cloud, servers);
        }
        var now = await StreamCloud.NowAsync(cloud);
        await using var rest = await StreamClient.OpenAsync(cloud.Demo, lastEventId: last);
        told.AddRange(await rest.UntilAsync(now));
        Assert.NotEmpty(requests);
        AssertTold(requests, told);
    }

    private static void AssertTold(IReadOnlyCollection<string> requests, IReadOnlyCollection<StreamItem> told)
    {
        StreamClient.AssertInOrder(told);
        var ended = told.Where(item => item.IsDone).Select(item => item.Request).ToList();
        Assert.Equal(ended.Count, ended.Distinct().Count());
        Assert.Empty(requests.Except(ended));
    }

    /// <summary>Follows with streams that break again and again, each from where the last one was.</summary>
    private static async Task<(List<StreamItem> Told, string Last)> FollowBrokenAsync(
        Cloud cloud, string from, CancellationToken over)
    {
        var (told, last) = (new List<StreamItem>(), from["?after=".Length..]);
        while (!over.IsCancellationRequested)
        {
            await using var stream = await StreamClient.OpenAsync(cloud.Demo, from, lastEventId: last);
            for (var more = 0; more < 5 && !over.IsCancellationRequested; more++)
                told.AddRange(await TakeAsync(stream));
            last = stream.Last;
        }
        return (told, last);
    }

    /// <summary>What comes next, if it is an action.</summary>
    private static async Task<StreamItem[]> TakeAsync(StreamClient stream)
        => await stream.NextAsync() is { Action: not null } item ? [item] : [];

    /// <summary>What comes until the service is killed.</summary>
    private static async Task<List<StreamItem>> TakeUntilAsync(StreamClient stream, Task killed)
    {
        var told = new List<StreamItem>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!killed.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            told.AddRange(await TakeAsync(stream));
        }
        return told;
    }

    private static async Task<List<Guid>> CreateAsync(Cloud cloud)
    {
        var servers = new List<Guid>();
        while (servers.Count < Servers)
            servers.Add(await cloud.CreateServerAsync());
        return servers;
    }

    /// <summary>Asks for an action on each server, as far as the service lives.</summary>
    /// <returns>The requests that were accepted.</returns>
    private static async Task<List<string>> BeginAllAsync(Cloud cloud, List<Guid> servers, Task killed)
    {
        var requests = new List<string>();
        foreach (var server in servers)
        {
            var asked = cloud.ActAsync(server, """{"reboot":{"type":"HARD"}}""");
            // A service that is killed gives no answer.
            if (await Task.WhenAny(asked, killed) != asked)
            {
                _ = asked.ContinueWith(late => _ = late.Exception, TaskScheduler.Default);
                break;
            }
            var (status, request) = await asked;
            if (status == 202)
                requests.Add(request);
        }
        return requests;
    }

    private static Task UntilIdleAsync(Cloud cloud, List<Guid> servers) => cloud.UntilAsync(async () =>
    {
        foreach (var server in servers)
        {
            if ((await cloud.ServerAsync(server)).RunningAction is not null)
                return false;
        }
        return true;
    });
}
