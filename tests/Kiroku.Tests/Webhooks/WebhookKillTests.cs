using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Webhooks;

/// <summary>The service is killed while it tells. Each end of an action reaches the receiver all the same.</summary>
public sealed class WebhookKillTests
{
    private static readonly int Kills = FullTier.IsOn ? 20 : 6;

    [Fact]
    public async Task Each_end_of_an_action_is_told_however_often_the_service_is_killed()
    {
        await using var hooks = await HookCloud.StartAsync();
        var cloud = hooks.Cloud;
        var made = await hooks.SubscribeAsync();
        var servers = new List<Guid>();
        for (var number = 0; number < 4; number++)
            servers.Add(await cloud.CreateServerAsync());
        for (var kill = 0; kill < Kills; kill++)
        {
            // Each time at another moment: of a request, an action, the making of events, or an attempt.
            var points = Points.KillAt(cloud, 5 + (kill * 7));
            var load = Task.WhenAll(servers.Select(server => ToggleAsync(cloud.Demo, server, points.Reached)));
            await points.Reached.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            _ = load.ContinueWith(late => _ = late.Exception, TaskScheduler.Default);
            await cloud.StartAgainAsync();
            await cloud.UntilAsync(
                async () => (await cloud.ServersAsync()).All(server => server.RunningAction is null));
        }
        var ended = await EndedAsync(hooks);
        await hooks.Receiver.UntilAsync(all => ended.IsSubsetOf(all.Select(one => one.RequestId)));
        Assert.True(ended.Count > 4, $"{ended.Count} actions");
        // However often it was sent, an end has one id and one body.
        Assert.All(
            hooks.Receiver.All.GroupBy(one => one.RequestId),
            one => Assert.Single(one.Select(sent => (sent.Id, Convert.ToHexString(sent.Body))).Distinct()));
        await cloud.UntilAsync(
            async () => (await hooks.DeliveriesAsync(made, "?page_size=1000&state=pending")).Count == 0);
        Assert.Equal(ended.Count, (await hooks.DeliveriesAsync(made, "?page_size=1000")).Count);
    }

    [Fact]
    public async Task What_a_service_that_ended_had_to_send_is_sent_by_the_next()
    {
        await using var hooks = await HookCloud.StartAsync();
        hooks.Receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var made = await hooks.SubscribeAsync();
        await hooks.Cloud.CreateServerAsync();
        await hooks.Receiver.UntilAsync(1);
        await hooks.Cloud.StopAsync();
        hooks.Receiver.AnswerWith(200);
        await hooks.Cloud.StartAgainAsync();
        await hooks.UntilDeliveryAsync(made, one => (string)one["state"]! == "delivered");
        // An attempt that the end cut off is none.
        Assert.Equal(1, (int)(await hooks.DeliveriesAsync(made)).Single()!["attempts"]!);
        Assert.Equal(hooks.Receiver.All[0].Id, hooks.Receiver.All[1].Id);
    }

    /// <summary>Asks this service to stop and start a server, whatever it answers, until it is gone.</summary>
    private static async Task ToggleAsync(TestUser user, Guid server, Task gone)
    {
        while (!gone.IsCompleted)
        {
            foreach (var body in new[] { HookCloud.Stop, HookCloud.Start })
                (await user.PostAsync($"/v2.1/servers/{server}/action", body)).Dispose();
        }
    }

    private static async Task<HashSet<string>> EndedAsync(HookCloud hooks)
    {
        var list = await hooks.Demo.GetJsonAsync("/actions/v1/actions?filter=done=true&page_size=1000");
        return [.. list["actions"]!.AsArray().Select(action => (string)action!["request_id"]!)];
    }
}
