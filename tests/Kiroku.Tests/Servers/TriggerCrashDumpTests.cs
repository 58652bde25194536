using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;
using Kiroku.Tests.Fakes;

namespace Kiroku.Tests.Servers;

public sealed class TriggerCrashDumpTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string CrashDump = """{"trigger_crash_dump":null}""";

    private Cloud Cloud => running.Cloud;

    [Theory]
    [InlineData("/v2.1", "2.16")]
    [InlineData("/v2.1", null)]
    [InlineData("/v2", "2.17")]
    public async Task Below_2_17_there_is_nothing_of_that_name(string prefix, string? version)
    {
        var before = await running.RowsAsync();
        (string, string)[] headers = version is null ? [] : [("OpenStack-API-Version", $"compute {version}")];
        using var answer = await Cloud.Demo.PostAsync(
            $"{prefix}/servers/{running.Server}/action", CrashDump, headers);
        Assert.Equal("""{"itemNotFound":{"code":404,"message":"The resource could not be found."}}""",
            (await TestApp.JsonAsync(answer)).ToJsonString(TestApp.Plain));
        Assert.Equal(before, await running.RowsAsync());
    }

    [Theory]
    [InlineData("""{"trigger_crash_dump":{}}""", "{}. {} is not of type 'null'")]
    [InlineData("""{"trigger_crash_dump":"now"}""", "now. 'now' is not of type 'null'")]
    public async Task Its_body_holds_nothing(string body, string why)
    {
        var before = await running.RowsAsync();
        using var answer = await AskAsync(running.Server, body);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal($"Invalid input for field/attribute trigger_crash_dump. Value: {why}",
            (string)(await TestApp.JsonAsync(answer))["badRequest"]!["message"]!);
        Assert.Equal(before, await running.RowsAsync());
    }

    [Fact]
    public async Task The_guest_is_interrupted_once_and_nothing_shows_a_task()
    {
        var server = await Cloud.CreateServerAsync();
        using var answer = await AskAsync(server, CrashDump);
        Assert.Equal((202, ""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)));
        var (action, events) = await Cloud.EndedAsync(
            server, answer.Headers.GetValues("x-compute-request-id").Single());
        Assert.Equal(("trigger_crash_dump", "compute_trigger_crash_dump"),
            (action.Action, Assert.Single(events).Event));
        Assert.Equal(1, Machine(server).Interrupts);
    }

    [Fact]
    public async Task Another_action_waits_for_its_end()
    {
        var server = await Cloud.CreateServerAsync();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cloud.Hypervisor.Before = operation => operation == "nmi" ? held.Task : Task.CompletedTask;
        var (_, requestId) = await Cloud.ActAsync(server, CrashDump);
        Assert.Null((await Cloud.ServerAsync(server)).TaskState);

        using var answer = await AskAsync(server, """{"os-stop":null}""");

        Assert.Equal($"Cannot 'stop' instance {server} while something else changes it",
            (string)(await TestApp.JsonAsync(answer))["conflictingRequest"]!["message"]!);
        held.SetResult();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        Assert.Equal(Outcomes.Succeeded, (await Cloud.EndedAsync(server, requestId)).Action.Outcome);
    }

    [Fact]
    public async Task A_machine_that_is_off_cannot_be_interrupted()
    {
        var server = await Cloud.CreateServerAsync();
        Cloud.Host.Machines[server] = Machine(server) with { State = MachineState.Off };

        var (action, events) = await Cloud.DoAsync(server, CrashDump);

        Assert.Equal((Outcomes.Failed, 3), (action.Outcome, events.Count));
        Assert.All(
            events, e => Assert.Equal("The host's hypervisor could not send the machine an interrupt.", e.Details));
    }

    [Fact]
    public async Task A_server_in_ERROR_stays_so_with_its_fault()
    {
        var server = await InErrorAsync();
        var fault = (await Cloud.ServerAsync(server)).Fault;
        Assert.NotNull(fault);

        Assert.Null((await Cloud.DoAsync(server, CrashDump)).Action.Message);

        var after = await Cloud.ServerAsync(server);
        Assert.Equal((VmStates.Error, fault), (after.VmState, after.Fault));
    }

    [Theory]
    [InlineData("nmi", CrashDump)]
    [InlineData("stop", """{"os-stop":null}""")]
    public async Task A_server_in_ERROR_names_as_its_fault_what_failed_last(string call, string body)
    {
        var server = await InErrorAsync();
        FailAt(call);
        await Cloud.DoAsync(server, body);
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        var after = await Cloud.ServerAsync(server);
        Assert.Equal(
            (VmStates.Error, $"The host's hypervisor could not {call}."), (after.VmState, after.Fault!.Message));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeMachine Machine(Guid server) => Cloud.Host.Machines[server];

    private Task<HttpResponseMessage> AskAsync(Guid server, string body)
        => Cloud.Demo.PostAsync($"/v2.1/servers/{server}/action", body, ("OpenStack-API-Version", "compute 2.17"));

    /// <summary>A server whose suspension failed; its machine runs on.</summary>
    private async Task<Guid> InErrorAsync()
    {
        var server = await Cloud.CreateServerAsync();
        FailAt("suspend");
        await Cloud.DoAsync(server, """{"suspend":null}""");
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;
        return server;
    }

    private void FailAt(string call) => Cloud.Hypervisor.Before = operation => operation == call
        ? throw new HypervisorException(HypervisorFailure.Failed, call, "no")
        : Task.CompletedTask;
}
