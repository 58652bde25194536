using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Webhooks;

/// <summary>Which events of an action a subscription is told: its beginning, its changes and its end.</summary>
public sealed class EventKindsTests : IAsyncLifetime
{
    private HookCloud hooks = null!;

    private Cloud Cloud => hooks.Cloud;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => hooks = await HookCloud.StartAsync();

    public ValueTask DisposeAsync() => hooks.DisposeAsync();

    [Fact]
    public async Task A_subscription_may_ask_for_beginnings_and_changes_as_well()
    {
        var server = await Cloud.CreateServerAsync();
        var (hangs, go) = HangStops();
        await hooks.SubscribeAsync(",\"events\":[\"begun\",\"changed\",\"ended\"]");
        var (_, request) = await Cloud.ActAsync(server, HookCloud.Stop);
        await hangs.Task.WaitAsync(Token);
        await hooks.Receiver.UntilAsync(all => all.Any(one => one.Type == "kiroku.action.changed"));
        Assert.DoesNotContain(hooks.Receiver.All, one => one.Type == "kiroku.action.ended");
        go.SetResult();
        await Cloud.EndedAsync(server, request);
        await hooks.Receiver.UntilAsync(all => all.Any(one => one.Type == "kiroku.action.ended"));
        Assert.All(hooks.Receiver.All, one => Assert.Equal(request, one.RequestId));
        Assert.Single(hooks.Receiver.All, one => one.Type == "kiroku.action.begun");
        Assert.Single(hooks.Receiver.All, one => one.Type == "kiroku.action.ended");
        Assert.Equal(hooks.Receiver.All.Count, hooks.Receiver.All.Select(one => one.Id).Distinct().Count());
        var changed = hooks.Receiver.All.First(one => one.Type == "kiroku.action.changed").Json["data"]!;
        Assert.Equal((false, "running"), ((bool)changed["done"]!, (string)changed["outcome"]!));
    }

    [Fact]
    public async Task What_happened_before_a_subscription_or_while_it_was_disabled_is_not_told()
    {
        var server = await Cloud.CreateServerAsync();
        var made = await hooks.SubscribeAsync(
            ",\"events\":[\"begun\",\"changed\",\"ended\"],\"filter\":\"done = true\"");
        await hooks.Demo.AskAsync("PATCH", $"{HookCloud.Path}/{made["id"]}", """{"enabled":false}""");
        await Cloud.DoAsync(server, HookCloud.Stop);
        await hooks.SettleAsync();
        await hooks.Demo.AskAsync("PATCH", $"{HookCloud.Path}/{made["id"]}", """{"enabled":true}""");
        var start = await Cloud.DoAsync(server, HookCloud.Start);
        await hooks.Receiver.UntilAsync(1);
        Assert.All(hooks.Receiver.All, one => Assert.Equal(start.Action.RequestId, one.RequestId));
    }

    [Fact]
    public async Task An_action_that_began_while_it_was_disabled_has_no_beginning_later()
    {
        var made = await hooks.SubscribeAsync(",\"events\":[\"begun\",\"ended\"]");
        await hooks.Demo.AskAsync("PATCH", $"{HookCloud.Path}/{made["id"]}", """{"enabled":false}""");
        var server = await Cloud.CreateServerAsync();
        var (hangs, go) = HangStops();
        var (_, request) = await Cloud.ActAsync(server, HookCloud.Stop);
        await hangs.Task.WaitAsync(Token);
        await hooks.SettleAsync();
        await hooks.Demo.AskAsync("PATCH", $"{HookCloud.Path}/{made["id"]}", """{"enabled":true}""");
        go.SetResult();
        await Cloud.EndedAsync(server, request);
        await hooks.Receiver.UntilAsync(all => all.Any(one => one.Type == "kiroku.action.ended"));
        var only = Assert.Single(hooks.Receiver.All);
        Assert.Equal((request, "kiroku.action.ended"), (only.RequestId, only.Type));
    }

    [Fact]
    public async Task An_action_s_beginning_is_told_although_the_clock_was_set_back()
    {
        var server = await Cloud.CreateServerAsync();
        hooks.Time.Ahead = TimeSpan.FromHours(1);
        await hooks.SubscribeAsync(",\"events\":[\"begun\",\"ended\"]");
        hooks.Time.Ahead = TimeSpan.Zero;
        var stop = await Cloud.DoAsync(server, HookCloud.Stop);
        await hooks.Receiver.UntilAsync(2);
        Assert.Equal(["kiroku.action.begun", "kiroku.action.ended"],
            hooks.Receiver.All.Where(one => one.RequestId == stop.Action.RequestId).Select(one => one.Type).Order());
    }

    /// <summary>Has each stop wait in the middle: one source tells that it does, the other one has it go on.</summary>
    private (TaskCompletionSource Hangs, TaskCompletionSource Go) HangStops()
    {
        var (hangs, go) = (NewSource(), NewSource());
        Cloud.Hypervisor.Before = operation =>
        {
            if (operation != "stop")
                return Task.CompletedTask;
            hangs.TrySetResult();
            return go.Task;
        };
        return (hangs, go);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
