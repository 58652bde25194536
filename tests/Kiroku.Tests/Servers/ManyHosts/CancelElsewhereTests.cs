using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>
/// Actions that are cancelled on another node than the one that runs them, or whose nodes die meanwhile.
/// </summary>
public sealed class CancelElsewhereTests : IAsyncLifetime
{
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";
    private const string Migrate = """{"migrate":null}""";
    private HostsCloud cloud = null!;

    public async ValueTask InitializeAsync() => cloud = await HostsCloud.StartAsync(3, Cloud.Unwatched);

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Theory]
    [InlineData(Resize, "stop")]
    [InlineData(Resize, "copy")]
    [InlineData(Resize, "export")]
    [InlineData(Resize, "receive")]
    [InlineData(Resize, "undefine")]
    [InlineData(Migrate, "stop")]
    [InlineData(Migrate, "receive")]
    public async Task An_action_that_moves_a_server_is_cancelled_on_any_node_and_leaves_nothing(
        string body, string operation)
    {
        foreach (var node in cloud.Nodes)
        {
            var server = await cloud.CreateWithGrainAsync(on: "a", grain: "b");
            var before = await cloud.ServerAsync(server);
            var requestId = await HangAsync(server, body, operation);

            Assert.Equal(202, await CancelAsync(node, server, requestId));

            await AssertCancelledAsync(before, requestId);
            await cloud.DeleteAsync(server);
            await cloud.SweepAsync();
            await cloud.AssertWholeAsync(server);
        }
    }

    [Fact]
    public async Task An_unshelve_on_another_host_is_cancelled_and_the_disk_stays_where_it_was()
    {
        var server = await cloud.CreateWithGrainAsync(on: "a", grain: "c");
        await cloud.DoAsync(server, """{"shelve":null}""");
        var before = await cloud.ServerAsync(server);
        var requestId = await HangAsync(server, """{"unshelve":{"host":"b"}}""", "receive");

        Assert.Equal(202, await CancelAsync(cloud["a"], server, requestId));

        await AssertCancelledAsync(before, requestId);
        Assert.Null((await cloud.DoAsync(server, """{"unshelve":null}""")).Action.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task If_the_node_that_runs_the_action_dies_after_the_cancel_another_one_undoes_it(bool thaws)
    {
        var server = await cloud.CreateWithGrainAsync(on: "a", grain: "b");
        var before = await cloud.ServerAsync(server);
        var requestId = await HangAsync(server, """{"migrate":{"host":"c"}}""", "copy");
        // The node does not hear of the cancel, which is decided without it.
        _ = cloud.Freeze("b");
        var cancelling = CancelAsync(cloud["c"], server, requestId);
        await cloud.UntilAsync(
            async () => (await cloud.ActionAsync(server, requestId)).Action.Cancelled is not null);
        await cloud.BuryAsync("b");

        Assert.Equal(202, await cancelling);

        await AssertCancelledAsync(before, requestId);
        if (!thaws)
            return;
        await cloud.ThawAsync("b");
        await cloud.StartAsync("b");
        await AssertCancelledAsync(before, requestId);
    }

    /// <summary>Starts an action, of which the first call of that operation on any host never returns by
    /// itself.</summary>
    private async Task<string> HangAsync(Guid server, string body, string operation)
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var node in cloud.Nodes)
            node.Hypervisor.Before = called
                => called == operation && hangs.TrySetResult() ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        var (status, text, requestId) = await cloud.ActAsync(server, body);
        Assert.True(status == 202, text);
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return requestId;
    }

    private async Task<int> CancelAsync(HostNode node, Guid server, string requestId)
        => (await Cancels.AskAsync(cloud.Admin with { App = node.App }, server, requestId)).Status;

    private async Task AssertCancelledAsync(Server before, string requestId)
    {
        await cloud.UntilIdleAsync(before.Id);
        Cancels.AssertRecorded(await cloud.ActionAsync(before.Id, requestId), cloud.Admin.UserId);
        Cancels.AssertAsBefore(before, await cloud.ServerAsync(before.Id));
        await cloud.AssertWholeAsync(before.Id);
    }
}
