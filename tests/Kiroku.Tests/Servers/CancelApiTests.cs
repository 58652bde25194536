using System.Text.Json.Nodes;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>POST …/cancel: who may, what is refused, and what the record shows afterwards.</summary>
public sealed class CancelApiTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Stop = """{"os-stop":null}""";
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";

    private Cloud Cloud => running.Cloud;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cancel_may_be_repeated_while_the_action_is_undone_and_not_after_its_end()
    {
        var (server, requestId) = await HangAsync(Resize, "copy");
        var (undoing, go) = Hold("delete");
        Assert.Equal(202, (await Cancels.AskAsync(Cloud.Demo, server, requestId)).Status);
        await undoing;

        Assert.Equal(202, (await Cancels.AskAsync(Cloud.Admin, server, requestId)).Status);
        Assert.Equal(Outcomes.Running, (await Cloud.ActionAsync(server, requestId)).Action.Outcome);
        go();

        Cancels.AssertRecorded(await Cloud.EndedAsync(server, requestId), Cloud.Demo.UserId);
        var (status, text) = await Cancels.AskAsync(Cloud.Demo, server, requestId);
        Assert.Equal((409, $"Action {requestId} has ended."), (status, MessageOf(text)));
        await Cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task Of_cancels_at_the_same_moment_all_are_accepted_and_one_is_recorded()
    {
        var (server, requestId) = await HangAsync(Resize, "copy");
        var before = await Cloud.ServerAsync(server);
        TestUser[] users = [Cloud.Demo, Cloud.Admin];

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => Cancels.AskAsync(users[i % 2], server, requestId)));

        var ended = await Cloud.EndedAsync(server, requestId);
        // One that came after the end is refused.
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 202, 409 }));
        Assert.Contains(answers, answer => answer.Status == 202);
        Cancels.AssertRecorded(ended, ended.Action.Cancelled!.UserId);
        Assert.Contains(ended.Action.Cancelled.UserId, users.Select(user => user.UserId));
        Assert.Single(ended.Events, e => e.Result == EventResults.Error);
        // One for the cancel and one for the run that undoes it.
        Assert.Equal(before.Epoch + 2, (await Cloud.ServerAsync(server)).Epoch);
        await Cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task Delete_takes_over_an_action_that_is_being_cancelled()
    {
        var (server, requestId) = await HangAsync(Resize, "copy");
        var (undoing, _) = Hold("delete");
        await Cancels.AskAsync(Cloud.Demo, server, requestId);
        await undoing;

        await Cloud.DeleteAsync(server);

        Assert.Equal(Outcomes.Superseded, (await Cloud.ActionAsync(server, requestId)).Action.Outcome);
        Assert.Equal(VmStates.Deleted, (await Cloud.ServerAsync(server)).VmState);
        Assert.Empty(Cloud.Host.DisksOf(server));
        Assert.Equal(409, (await Cancels.AskAsync(Cloud.Demo, server, requestId)).Status);
    }

    [Theory]
    [InlineData("""{"reboot":{"type":"SOFT"}}""", "stop", "The action 'reboot' cannot be cancelled.")]
    [InlineData("""{"os-start":null}""", "start", "The action 'start' cannot be cancelled.")]
    [InlineData("""{"pause":null}""", "pause", "The action 'pause' cannot be cancelled.")]
    public async Task An_action_that_cannot_be_undone_is_not_cancelled(string body, string operation, string message)
    {
        var server = await Cloud.CreateServerAsync();
        if (operation == "start")
            await Cloud.DoAsync(server, Stop);
        var (held, go) = Hold(operation);
        var (_, requestId) = await Cloud.ActAsync(server, body);
        await held;

        var (status, text) = await Cancels.AskAsync(Cloud.Demo, server, requestId);

        Assert.Equal((409, message), (status, MessageOf(text)));
        go();
        Assert.Equal(Outcomes.Succeeded, (await Cloud.EndedAsync(server, requestId)).Action.Outcome);
    }

    [Fact]
    public async Task An_action_that_has_failed_and_is_being_undone_is_not_cancelled()
    {
        var server = await Cloud.CreateServerAsync();
        var (held, go) = Hold("define");
        var hold = Cloud.Hypervisor.Before;
        Cloud.Hypervisor.Before = operation => operation == "copy"
            ? throw new HypervisorException(HypervisorFailure.Failed, "copy the disk", "it is broken")
            : hold(operation);
        var (_, requestId) = await Cloud.ActAsync(server, Resize);
        await held;

        var (status, text) = await Cancels.AskAsync(Cloud.Demo, server, requestId);

        Assert.Equal((409, $"Action {requestId} has failed and is being undone."), (status, MessageOf(text)));
        go();
        Assert.Equal(Outcomes.Failed, (await Cloud.EndedAsync(server, requestId)).Action.Outcome);
    }

    [Fact]
    public async Task Stops_that_the_service_records_by_itself_are_not_cancelled()
    {
        var server = await Cloud.CreateServerAsync();
        var (held, go) = Hold("stop");
        Cloud.Hypervisor.ChangeByItself(server, MachineState.Off);
        await held;
        var action = (await Cloud.NewestActionAsync(server)).Action;

        Assert.Null(action.UserId);
        Assert.Equal(409, (await Cancels.AskAsync(Cloud.Demo, server, action.RequestId)).Status);
        go();
        Assert.Equal(Outcomes.Succeeded, (await Cloud.EndedAsync(server, action.RequestId)).Action.Outcome);
    }

    [Fact]
    public async Task Only_the_owners_members_and_administrators_cancel_and_others_learn_nothing()
    {
        var (server, requestId) = await HangAsync(Stop, "stop");
        using var nobody = await Cloud.App.SendAsync(
            HttpMethod.Post, Cancels.Path(server, requestId), null, null);

        Assert.Equal(401, (int)nobody.StatusCode);
        var (refused, why) = await Cancels.AskAsync(running.Reader, server, requestId);
        Assert.Equal(
            (403, "Policy doesn't allow actions:cancel to be performed."), (refused, MessageOf(why)));
        var (hidden, of) = await Cancels.AskAsync(running.Other, server, requestId);
        Assert.Equal((404, $"Instance {server} could not be found."), (hidden, MessageOf(of)));
        Assert.Equal(Outcomes.Running, (await Cloud.ActionAsync(server, requestId)).Action.Outcome);
        Assert.Equal(202, (await Cancels.AskAsync(Cloud.Admin, server, requestId)).Status);
        Cancels.AssertRecorded(await Cloud.EndedAsync(server, requestId), Cloud.Admin.UserId);
    }

    [Fact]
    public async Task Whoever_may_not_do_an_action_does_not_cancel_it()
    {
        var server = await Cloud.CreateServerAsync();
        using var migrating = await Cloud.Admin.PostAsync($"/v2.1/servers/{server}/action", """{"migrate":null}""");
        var requestId = migrating.Headers.GetValues("x-compute-request-id").Single();

        Assert.Equal(403, (await Cancels.AskAsync(Cloud.Demo, server, requestId)).Status);
    }

    [Fact]
    public async Task A_locked_server_is_left_to_administrators_unless_the_action_passes_locks()
    {
        var (server, stopping) = await HangAsync(Stop, "stop");
        await running.SetAsync(server, "locked_by = 'owner'");

        var (status, text) = await Cancels.AskAsync(Cloud.Demo, server, stopping);

        Assert.Equal((409, $"Instance {server} is locked"), (status, MessageOf(text)));
        Assert.Equal(202, (await Cancels.AskAsync(Cloud.Admin, server, stopping)).Status);
        await Cloud.EndedAsync(server, stopping);
        var copying = await HangAsync("""{"createImage":{"name":"snap"}}""", "snapshot", server);
        Assert.Equal(202, (await Cancels.AskAsync(Cloud.Demo, server, copying)).Status);
        Cancels.AssertRecorded(await Cloud.EndedAsync(server, copying), Cloud.Demo.UserId);
    }

    [Fact]
    public async Task What_is_not_there_is_404_and_an_ended_action_409_even_of_a_deleted_server()
    {
        var server = await Cloud.CreateServerAsync();
        var created = (await Cloud.NewestActionAsync(server)).Action.RequestId;
        var unknown = $"req-{Guid.NewGuid()}";

        foreach (var path in new[]
        {
            Cancels.Path(Guid.NewGuid(), created), Cancels.Path(server, unknown), Cancels.Path(server, "x"),
            $"/actions/v1/servers/x/actions/{created}/cancel",
        })
            Assert.Equal(404, await PostAsync(path));
        Assert.Equal(409, await PostAsync(Cancels.Path(server, created)));
        await Cloud.DeleteAsync(server);
        Assert.Equal(409, await PostAsync(Cancels.Path(server, created)));
        Assert.Equal(404, await PostAsync(Cancels.Path(server, unknown)));
    }

    [Theory]
    [InlineData("", """{"reason":"x"}""", 400)]
    [InlineData("", "[]", 400)]
    [InlineData("", "null", 400)]
    [InlineData("", "{", 400)]
    [InlineData("?force=1", "{}", 400)]
    public async Task What_the_request_does_not_take_is_refused_and_cancels_nothing(
        string query, string body, int status)
    {
        var (server, requestId) = await HangAsync(Stop, "stop");

        Assert.Equal(status, await PostAsync(Cancels.Path(server, requestId) + query, body));

        Assert.Null((await Cloud.ActionAsync(server, requestId)).Action.Cancelled);
        Assert.Equal(202, await PostAsync(Cancels.Path(server, requestId), "{}"));
        await Cloud.EndedAsync(server, requestId);
    }

    [Fact]
    public async Task Novas_calls_show_it_with_the_keys_and_values_of_a_failed_action()
    {
        var (server, requestId) = await HangAsync(Resize, "copy");
        await Cancels.AskAsync(Cloud.Demo, server, requestId);
        await Cloud.EndedAsync(server, requestId);
        var failing = await Cloud.CreateServerAsync();
        Cloud.Hypervisor.Before = operation => operation == "copy"
            ? throw new HypervisorException(HypervisorFailure.Failed, "copy the disk", "it is broken")
            : Task.CompletedTask;
        var failed = await Cloud.DoAsync(failing, Resize);
        foreach (var version in new[] { "2.1", "2.50", "2.51", "2.62", "2.84", "2.96" })
        {
            var shown = await ShowAsync(server, requestId, version);
            var usual = await ShowAsync(failing, failed.Action.RequestId, version);
            Assert.Equal(Keys(usual), Keys(shown));
            Assert.Equal("Error", (string?)shown["message"]);
            var error = shown["events"]!.AsArray().First(e => (string?)e!["result"] == "Error")!;
            Assert.Equal(Keys(usual["events"]![0]!), Keys(error));
            Assert.Equal(
                version is "2.84" or "2.96" ? $"Cancelled by user {Cloud.Demo.UserId}." : null,
                (string?)error["details"]);
        }
    }

    private static IEnumerable<string> Keys(JsonNode node) => node.AsObject().Select(pair => pair.Key);

    private static string? MessageOf(string fault)
        => (string?)JsonNode.Parse(fault)!["detail"];

    private async Task<JsonNode> ShowAsync(Guid server, string requestId, string version)
        => (await Cloud.Demo.GetJsonAsync(
            $"/v2.1/servers/{server}/os-instance-actions/{requestId}",
            ("OpenStack-API-Version", $"compute {version}")))["instanceAction"]!;

    private async Task<int> PostAsync(string path, string? body = null)
    {
        using var answer = await Cloud.App.SendAsync(
            HttpMethod.Post, path, Cloud.Demo.Token, body is null ? null : TestApp.Json(body));
        return (int)answer.StatusCode;
    }

    private async Task<(Guid Server, string RequestId)> HangAsync(string body, string operation)
    {
        var server = await Cloud.CreateServerAsync();
        return (server, await HangAsync(body, operation, server));
    }

    /// <summary>Starts an action, of which the first call of that operation never returns by itself.</summary>
    private async Task<string> HangAsync(string body, string operation, Guid server)
    {
        var (held, _) = Hold(operation);
        var (status, requestId) = await Cloud.ActAsync(server, body);
        Assert.Equal(202, status);
        await held;
        return requestId;
    }

    /// <summary>Holds the next call of that operation until it is let go.</summary>
    private (Task Held, Action Go) Hold(string operation)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cloud.Hypervisor.Before
            = called => called == operation && held.TrySetResult() ? go.Task : Task.CompletedTask;
        return (held.Task.WaitAsync(TimeSpan.FromSeconds(30), Token), go.SetResult);
    }
}
