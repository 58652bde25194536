using Kiroku.Actions;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>What the tests of cancelled actions have in common.</summary>
internal static class Cancels
{
    public static string Path(Guid server, string requestId)
        => $"/actions/v1/servers/{server}/actions/{requestId}/cancel";

    /// <summary>Asks for an action to be cancelled.</summary>
    public static async Task<(int Status, string Text)> AskAsync(TestUser user, Guid server, string requestId)
    {
        using var answer = await user.App.SendAsync(HttpMethod.Post, Path(server, requestId), user.Token, null);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Checks that an action ended as one that a user has cancelled.</summary>
    public static void AssertRecorded(RecordedAction ended, string userId)
    {
        var action = ended.Action;
        Assert.Equal((Outcomes.Cancelled, EventResults.Error), (action.Outcome, action.Message));
        Assert.False(action.Cancelable);
        Assert.Null(action.Arguments);
        Assert.Equal(userId, action.Cancelled?.UserId);
        Assert.InRange(action.Cancelled!.Time, action.StartTime, action.FinishTime!.Value);
        var errors = ended.Events.Where(e => e.Result == EventResults.Error).ToList();
        Assert.NotEmpty(errors);
        Assert.All(errors, e => Assert.Equal($"Cancelled by user {userId}.", e.Details));
        Assert.All(ended.Events, e => Assert.NotNull(e.FinishTime));
    }

    /// <summary>Checks that a server is what it was before the action that was cancelled.</summary>
    public static void AssertAsBefore(Server before, Server after)
    {
        Assert.Equal(
            (before.VmState, before.PowerState, before.Host, before.Disk, before.Former, before.Other),
            (after.VmState, after.PowerState, after.Host, after.Disk, after.Former, after.Other));
        Assert.Equal(
            (before.Claim, before.Flavor.Id, before.ImageId, before.ImageWish, before.ConfigGeneration),
            (after.Claim, after.Flavor.Id, after.ImageId, after.ImageWish, after.ConfigGeneration));
        Assert.Equal((before.NextFlavor, before.FormerVmState), (after.NextFlavor, after.FormerVmState));
        Assert.Null(after.TaskState);
        Assert.Null(after.Fault);
    }
}
