using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>
/// The working node is killed at each moment of each action that moves a server. The other nodes go on, and it
/// returns.
/// </summary>
public sealed class MoveKillTests
{
    private const string Shelve = """{"shelve":null}""";
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";

    /// <summary>In the long run every moment, otherwise one in so many, at other moments for each action.</summary>
    private static readonly int Stride = FullTier.IsOn ? 1 : 24;

    [Theory]
    [InlineData("resize", null, Resize, VmStates.Resized)]
    [InlineData("migrate", null, """{"migrate":null}""", VmStates.Resized)]
    [InlineData("confirmResize", Resize, """{"confirmResize":null}""", VmStates.Active)]
    [InlineData("revertResize", Resize, """{"revertResize":null}""", VmStates.Active)]
    [InlineData("shelve", null, Shelve, VmStates.ShelvedOffloaded)]
    [InlineData("unshelve", Shelve, """{"unshelve":{"host":"b"}}""", VmStates.Active)]
    public Task A_moving_action_whose_node_is_killed_at_any_moment_ends_and_leaves_nothing_behind(
        string name, string? before, string body, string endsIn)
        => TryAsync((name, before, body, endsIn), frozen: false);

    [Theory]
    [InlineData("resize, given up", null, Resize, VmStates.Resized)]
    [InlineData("confirmResize, given up", Resize, """{"confirmResize":null}""", VmStates.Active)]
    [InlineData("revertResize, given up", Resize, """{"revertResize":null}""", VmStates.Active)]
    [InlineData("shelve, given up", null, Shelve, VmStates.ShelvedOffloaded)]
    [InlineData("unshelve, given up", Shelve, """{"unshelve":{"host":"b"}}""", VmStates.Active)]
    public Task A_moving_action_that_is_given_up_when_its_node_is_killed_is_undone_as_far_as_possible(
        string name, string? before, string body, string endsIn)
        => TryAsync((name, before, body, endsIn), frozen: false, ("Actions:Interruptions", "0"));

    [Theory]
    [InlineData("resizing", null, Resize, VmStates.Resized)]
    [InlineData("confirming", Resize, """{"confirmResize":null}""", VmStates.Active)]
    [InlineData("reverting", Resize, """{"revertResize":null}""", VmStates.Active)]
    [InlineData("unshelving", Shelve, """{"unshelve":{"host":"b"}}""", VmStates.Active)]
    public Task A_moving_action_whose_node_is_frozen_at_any_moment_and_goes_on_later_ends_the_same(
        string name, string? before, string body, string endsIn)
        => TryAsync((name, before, body, endsIn), frozen: true);

    private static async Task TryAsync(
        (string Name, string? Before, string Body, string EndsIn) action, bool frozen,
        params (string Key, string Value)[] configuration)
    {
        var (name, before, body, endsIn) = action;
        await using var cloud = await HostsCloud.StartAsync(3, configuration);
        var moments = 1 + (name.Length % Stride);
        for (var moment = moments; ; moment += Stride)
        {
            var server = await cloud.CreateServerAsync("a");
            if (before is not null)
                await cloud.DoAsync(server, before);
            var vmState = (await cloud.ServerAsync(server)).VmState;
            var known = (await cloud.ActionsAsync(server)).Count;
            var kill = HostPoints.KillAt(cloud, moment);
            var askedOf = cloud.Any.Name;
            var asked = cloud.ActAsync(server, body);

            var killed = await kill.ReachedOrAsync(EndedAsync(cloud, server, known, asked));

            HostPoints.Clear(cloud);
            if (killed is null)
                return;
            await cloud.BuryAsync(killed);
            // A living node asks the server's next grain, which may accept what the dead node had not.
            if (askedOf != killed)
                await asked;
            await cloud.UntilIdleAsync(server);
            if (frozen)
                await cloud.ThawAsync(killed);
            await cloud.StartAsync(killed);
            await cloud.UntilAsync(() => IsSeenAsync(cloud, server));
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{moment}: {kill.Passed[^1]} -> {(await cloud.ServerAsync(server)).VmState}");
            await AssertEndedAsync(cloud, server, (known, vmState, endsIn));
            await cloud.SweepAsync();
            if (frozen)
                await cloud.LetGoOfKeptAsync();
            await cloud.AssertWholeAsync(server);
            await AssertUsableAsync(cloud, server);
            await cloud.DeleteAsync(server);
            await cloud.SweepAsync();
            Assert.All(cloud.Nodes, node => Assert.Empty(node.Host.Machines));
            Assert.All(cloud.Nodes, node => Assert.Empty(node.Host.DisksOf(server)));
        }
    }

    /// <summary>Waits until the action has ended or was refused.</summary>
    private static async Task EndedAsync(
        HostsCloud cloud, Guid server, int known, Task<(int Status, string Text, string RequestId)> asked)
    {
        if ((await asked).Status is 202 or 204)
            await cloud.UntilAsync(
                async ()
                    => (await cloud.ActionsAsync(server)).Count > known
                    && (await cloud.ServerAsync(server)).RunningAction is null);
    }

    /// <summary>
    /// Whether no action runs and the row agrees with the machine. A machine that could not be brought up again is
    /// known to be off.
    /// </summary>
    private static async Task<bool> IsSeenAsync(HostsCloud cloud, Guid id)
    {
        var server = await cloud.ServerAsync(id);
        return server.RunningAction is null && (server.PowerState == MachineState.Running)
            == cloud.Nodes.Any(node => node.Host.Machines.GetValueOrDefault(id)?.State == MachineState.Running);
    }

    /// <summary>
    /// Checks that the action ended well or was never accepted; if a host died during it, it may have failed.
    /// </summary>
    private static async Task AssertEndedAsync(
        HostsCloud cloud, Guid server, (int Known, string VmState, string EndsIn) expected)
    {
        var all = await cloud.ActionsAsync(server);
        var actions = all.Where(action => action.UserId is not null).ToList();
        var vmState = (await cloud.ServerAsync(server)).VmState;
        if (actions.Count == expected.Known)
        {
            Assert.Equal(expected.VmState, vmState);
            return;
        }
        Assert.Equal(expected.Known + 1, actions.Count);
        if (actions[0].Message is null)
            Assert.Equal(expected.EndsIn, vmState);
        else
            Assert.Contains(vmState, OnceFailed(expected.VmState, expected.EndsIn, off: all.Count > actions.Count));
        foreach (var failed in (await cloud.ActionAsync(server, actions[0].RequestId)).Events.Where(
            e => e.Result == EventResults.Error))
            Assert.NotNull(failed.Details);
    }

    /// <summary>
    /// Checks that a server in ERROR can be brought up again. Then, and in every state but RESIZED, the server is in
    /// one place only.
    /// </summary>
    private static async Task AssertUsableAsync(HostsCloud cloud, Guid server)
    {
        if ((await cloud.ServerAsync(server)).VmState == VmStates.Error)
        {
            Assert.Null((await cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""")).Action.Message);
            await cloud.SweepAsync();
            await cloud.AssertWholeAsync(server);
        }
        var after = await cloud.ServerAsync(server);
        if (after.VmState == VmStates.Resized)
            return;
        Assert.Equal((null, null, null), (after.Former?.Disk.Host, after.Former?.Disk.Generation, after.Other?.Host));
        Assert.Equal(after.VmState == VmStates.ShelvedOffloaded ? null : after.Disk?.Host, after.Host);
        Assert.Equal(after.Host is null ? Claim.None : after.Flavor.Claim, after.Claim);
    }

    private static IEnumerable<string> OnceFailed(string before, string endsIn, bool off)
    {
        yield return VmStates.Error;
        yield return off ? VmStates.Stopped : before;
        if (endsIn == VmStates.ShelvedOffloaded)
            yield return endsIn;
    }
}
