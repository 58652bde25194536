using System.Text.Json.Nodes;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

public sealed class WrongStateTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private static readonly string[] States =
        ["active", "building", "paused", "suspended", "stopped", "rescued", "resized", "soft-delete", "error",
            "shelved", "shelved_offloaded"];

    /// <summary>Each action, with the vm_states in which Nova allows it.</summary>
    private static readonly (string Action, string Body, string[] Allowed)[] Actions =
    [
        ("start", """{"os-start":null}""", ["stopped"]),
        ("stop", """{"os-stop":null}""", ["active", "error"]),
        ("reboot", """{"reboot":{"type":"SOFT"}}""", ["active"]),
        ("reboot", """{"reboot":{"type":"HARD"}}""", ["active", "stopped", "paused", "suspended", "error"]),
        ("rebuild", """{"rebuild":{"imageRef":"IMAGE"}}""", ["active", "stopped", "error"]),
        ("resize", """{"resize":{"flavorRef":"84"}}""", ["active", "stopped"]),
        ("confirmResize", """{"confirmResize":null}""", ["resized"]),
        ("revertResize", """{"revertResize":null}""", ["resized"]),
        ("shelve", """{"shelve":null}""", ["active", "stopped", "paused", "suspended"]),
        ("unshelve", """{"unshelve":null}""", ["shelved", "shelved_offloaded"]),
        ("pause", """{"pause":null}""", ["active"]),
        ("unpause", """{"unpause":null}""", ["paused"]),
        ("suspend", """{"suspend":null}""", ["active"]),
        ("resume", """{"resume":null}""", ["suspended"]),
        ("createImage", """{"createImage":{"name":"snap"}}""", ["active", "stopped", "paused", "suspended"]),
        ("rescue", """{"rescue":null}""", ["active", "stopped", "error"]),
        ("unrescue", """{"unrescue":null}""", ["rescued"]),
        ("trigger_crash_dump", """{"trigger_crash_dump":null}""", ["active", "paused", "rescued", "resized", "error"]),
        ("createBackup", """{"createBackup":{"name":"b","backup_type":"daily","rotation":1}}""",
            ["active", "stopped", "paused", "suspended"]),
    ];

    public static TheoryData<int, string> Refused
        => [.. Enumerable.Range(0, Actions.Length)
            .SelectMany(index => States.Except(Actions[index].Allowed),
                (index, state) => new TheoryDataRow<int, string>(index, state))];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task An_action_in_the_wrong_vm_state_is_refused_in_novas_words(int index, string state)
    {
        var (action, body, _) = Actions[index];
        await running.SetAsync(running.Server, "vm_state = @state", new { state });
        try
        {
            await AssertConflictAsync(
                body, $"Cannot '{action}' instance {running.Server} while it is in vm_state {state}");
        }
        finally
        {
            await running.SetAsync(running.Server, "vm_state = 'active'");
        }
    }

    [Theory]
    [MemberData(nameof(EachAction))]
    public async Task An_action_while_another_task_runs_is_refused_in_novas_words(int index)
    {
        var (action, body, allowed) = Actions[index];
        await running.SetAsync(running.Server, "vm_state = @state, task_state = 'migrating', former_generation = 1",
            new { state = allowed[0] });
        try
        {
            await AssertConflictAsync(
                body, $"Cannot '{action}' instance {running.Server} while it is in task_state migrating");
        }
        finally
        {
            await running.SetAsync(running.Server, "vm_state = 'active', task_state = NULL, former_generation = NULL");
        }
    }

    [Theory]
    [MemberData(nameof(EachAction))]
    public async Task An_action_on_a_server_that_never_ran_is_refused_in_novas_words(int index)
    {
        var (action, body, allowed) = Actions[index];
        var launched = (await running.Cloud.ServerAsync(running.Server)).LaunchedAt;
        await running.SetAsync(
            running.Server, "vm_state = @state, launched_at = NULL, former_generation = 1", new { state = allowed[0] });
        try
        {
            await AssertConflictAsync(body, $"Instance {running.Server} is in an invalid state for '{action}'");
        }
        finally
        {
            await running.SetAsync(running.Server,
                "vm_state = 'active', launched_at = @launched, former_generation = NULL", new { launched });
        }
    }

    [Theory]
    [InlineData(0, "shelved_offloaded")]
    [InlineData(1, "shelved_offloaded")]
    [InlineData(5, "stopped")]
    [InlineData(17, "shelved_offloaded")]
    public async Task An_action_that_needs_a_host_is_refused_where_there_is_none(int index, string state)
    {
        var host = (await running.Cloud.ServerAsync(running.Server)).Host;
        await running.SetAsync(running.Server, "vm_state = @state, host = NULL", new { state });
        try
        {
            await AssertConflictAsync(Actions[index].Body, $"Instance {running.Server} is not ready");
        }
        finally
        {
            await running.SetAsync(running.Server, "vm_state = 'active', host = @host", new { host });
        }
    }

    [Theory]
    [InlineData("""{"confirmResize":null}""")]
    [InlineData("""{"revertResize":null}""")]
    public async Task A_second_confirm_is_refused_because_nothing_is_resized(string second)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, """{"resize":{"flavorRef":"84"}}""");
        var held = new TaskCompletionSource();
        cloud.Hypervisor.Before = _ => held.Task;
        var (status, confirmed) = await cloud.ActAsync(server, """{"confirmResize":null}""");
        Assert.Equal(204, status);

        using var answer = await cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", second);

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal(
            "Instance has not been resized.", (string)(await TestApp.JsonAsync(answer))["badRequest"]!["message"]!);
        held.SetResult();
        await cloud.EndedAsync(server, confirmed);
        Assert.Equal(VmStates.Active, (await cloud.ServerAsync(server)).VmState);
    }

    public static TheoryData<int> EachAction => [.. Enumerable.Range(0, Actions.Length).Where(index => index != 3)];

    private async Task AssertConflictAsync(string body, string message)
    {
        var before = await running.RowsAsync();
        using var answer = await running.Cloud.Demo.PostAsync(
            $"/v2.1/servers/{running.Server}/action",
            body.Replace("IMAGE", running.Cloud.Image, StringComparison.Ordinal), ActionKeys.HeadersFor(body));
        Assert.Equal(409, (int)answer.StatusCode);
        var expected = new JsonObject
        {
            ["conflictingRequest"] = new JsonObject { ["code"] = 409, ["message"] = message },
        };
        Assert.Equal(
            expected.ToJsonString(TestApp.Plain), (await TestApp.JsonAsync(answer)).ToJsonString(TestApp.Plain));
        Assert.Equal(before, await running.RowsAsync());
    }
}
