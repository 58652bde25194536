using Kiroku.Actions;
using Kiroku.Servers.State;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Servers;

public sealed class ConfirmWindowTests
{
    private const string Resize = $$$"""{"resize":{"flavorRef":"{{{Cloud.Large}}}"}}""";
    private readonly FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000));

    [Fact]
    public async Task A_resize_whose_window_is_over_is_confirmed_as_the_services_own_action_and_a_younger_one_waits()
    {
        await using var cloud = await Cloud.StartAsync(time, ("Servers:ResizeConfirmWindow", "01:00:00"));
        var (older, younger) = (await cloud.CreateServerAsync(), await cloud.CreateServerAsync());
        await cloud.DoAsync(older, Resize);
        time.Advance(TimeSpan.FromMinutes(30));
        await cloud.DoAsync(younger, Resize);
        Assert.Equal(VmStates.Resized, (await cloud.ServerAsync(older)).VmState);

        time.Advance(TimeSpan.FromMinutes(31));

        await cloud.UntilAsync(
            async () => await cloud.ServerAsync(older) is { VmState: VmStates.Active, RunningAction: null });
        var (action, events) = await cloud.NewestActionAsync(older);
        Assert.Equal((ActionNames.ConfirmResize, null, null), (action.Action, action.UserId, action.ProjectId));
        Assert.Equal([(EventNames.ConfirmResize, EventResults.Success)], events.Select(e => (e.Event, e.Result!)));
        Assert.Equal(VmStates.Resized, (await cloud.ServerAsync(younger)).VmState);
        await cloud.AssertWholeAsync(older);
    }

    [Fact]
    public async Task The_services_own_confirm_has_null_for_user_and_project()
    {
        await using var cloud = await Cloud.StartAsync(time, ("Servers:ResizeConfirmWindow", "00:10:00"));
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Resize);
        time.Advance(TimeSpan.FromMinutes(11));
        await cloud.UntilAsync(
            async () => await cloud.ServerAsync(server) is { VmState: VmStates.Active, RunningAction: null });

        var list = await cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}/os-instance-actions");

        var newest = list["instanceActions"]![0]!.AsObject();
        Assert.Equal("confirmResize", (string)newest["action"]!);
        Assert.True(newest.ContainsKey("user_id") && newest.ContainsKey("project_id"));
        Assert.Null(newest["user_id"]);
        Assert.Null(newest["project_id"]);
    }

    [Fact]
    public async Task Without_a_window_a_resize_waits()
    {
        await using var cloud = await Cloud.StartAsync(time);
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Resize);

        time.Advance(TimeSpan.FromMinutes(50));

        // This action comes after everything that the passing of time has started.
        await cloud.DoAsync(server, """{"revertResize":null}""");
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
    }
}
