using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

public sealed class TakeoverTests
{
    private const string Hard = """{"reboot":{"type":"HARD"}}""";
    private const string Soft = """{"reboot":{"type":"SOFT"}}""";

    [Theory]
    [MemberData(nameof(Scenario.Lasting), MemberType = typeof(Scenario))]
    public async Task Delete_takes_over_whatever_runs_and_leaves_nothing(string name)
    {
        var scenario = Scenario.Of(name);
        await using var cloud = await Cloud.StartAsync();
        var server = await scenario.PrepareAsync(cloud);
        var (requestId, _) = await HangAsync(cloud, server, scenario.Body(cloud));

        await cloud.DeleteAsync(server);

        await AssertSupersededAsync(cloud, server, requestId, "superseded by delete");
        Assert.Equal(VmStates.Deleted, (await cloud.ServerAsync(server)).VmState);
        Assert.Empty(cloud.Host.DisksOf(server));
        Assert.DoesNotContain(server, cloud.Host.Machines.Keys);
    }

    [Fact]
    public async Task A_hard_reboot_takes_over_a_soft_one_that_hangs()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var (requestId, _) = await HangAsync(cloud, server, Soft);

        var action = await cloud.DoAsync(server, Hard);

        await AssertSupersededAsync(cloud, server, requestId, "superseded by reboot");
        Assert.Equal(Outcomes.Succeeded, action.Action.Outcome);
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
        await cloud.AssertWholeAsync(server);
    }

    [Theory]
    [InlineData("SOFT", 409)]
    [InlineData("HARD", 202)]
    public async Task A_request_that_saw_the_server_before_another_began_does_not_wait_for_its_end(
        string type, int status)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var seen = await cloud.ServerAsync(server);
        await HangAsync(cloud, server, Soft);
        var late = ActionRequest.OfTheService(ActionNames.Reboot, seen.UpdatedAt) with
        {
            Body = $$$"""{"reboot":{"type":"{{{type}}}"}}""",
            Seen = seen,
        };

        var answer = await Cluster.Nodes.GrainsOf(cloud.App).GetGrain<IServerGrain>(server).Begin(late)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task An_overtaken_action_changes_nothing_when_it_wakes()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var (_, wake) = await HangAsync(cloud, server, Soft);
        await cloud.DoAsync(server, Hard);
        var before = await cloud.ServerAsync(server);

        wake.SetResult();
        await cloud.DoAsync(server, """{"os-stop":null}""");

        Assert.Equal(before.Epoch + 1, (await cloud.ServerAsync(server)).Epoch);
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_hard_reboot_does_not_take_over_a_stop()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        var (requestId, wake) = await HangAsync(cloud, server, """{"os-stop":null}""");

        Assert.Equal(409, (await cloud.ActAsync(server, Hard)).Status);

        wake.SetResult();
        Assert.Equal(Outcomes.Succeeded, (await cloud.EndedAsync(server, requestId)).Action.Outcome);
    }

    [Fact]
    public async Task Of_requests_at_the_same_moment_one_is_accepted_and_the_others_leave_no_record()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => cloud.ActAsync(server, """{"os-stop":null}""")));

        var accepted = Assert.Single(answers, answer => answer.Status == 202);
        Assert.All(answers.Where(answer => answer != accepted), answer => Assert.Equal(409, answer.Status));
        await cloud.EndedAsync(server, accepted.RequestId);
        foreach (var refused in answers.Where(answer => answer != accepted))
            Assert.Null(
                await cloud.App.Services.GetRequiredService<ActionStore>().FindAsync(
                    server, refused.RequestId, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_whose_machine_cannot_be_reached_goes_to_ERROR_when_deleted_and_is_gone_at_the_next_try()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        cloud.Hypervisor.Before = _ => throw new HypervisorException(
            HypervisorFailure.Unavailable, "reach it", "connection refused");
        await cloud.DeleteAsync(server);
        Assert.Equal(VmStates.Error, (await cloud.ServerAsync(server)).VmState);

        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        await cloud.DeleteAsync(server);

        Assert.True((await cloud.ServerAsync(server)).Deleted);
    }

    /// <summary>Starts an action whose first hypervisor call never returns.</summary>
    private static async Task<(string RequestId, TaskCompletionSource Wake)> HangAsync(
        Cloud cloud, Guid server, string body)
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cloud.Hypervisor.Before = _ =>
        {
            hangs.TrySetResult();
            return wake.Task;
        };
        var (status, requestId) = await cloud.ActAsync(server, body);
        Assert.True(status is 200 or 202 or 204);
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        cloud.Hypervisor.Before = _ => Task.CompletedTask;
        return (requestId, wake);
    }

    private static async Task AssertSupersededAsync(Cloud cloud, Guid server, string requestId, string details)
    {
        var (action, events) = await cloud.ActionAsync(server, requestId);
        Assert.Equal((Outcomes.Superseded, "Error"), (action.Outcome, action.Message));
        Assert.NotNull(action.FinishTime);
        Assert.Contains(events, e => e is { Result: EventResults.Error } && e.Details == details);
        Assert.All(events, e => Assert.NotNull(e.FinishTime));
    }
}
