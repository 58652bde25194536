using System.Text.Json.Nodes;
using Kiroku.Actions;

namespace Kiroku.Tests.Servers;

public sealed class LockTests(RunningCloud running) : IClassFixture<RunningCloud>, IAsyncLifetime
{
    private const string Lock = """{"lock":null}""";
    private const string Unlock = """{"unlock":null}""";

    private Cloud Cloud => running.Cloud;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => (await ActAsync(Cloud.Admin, Unlock)).Dispose();

    public static TheoryData<string> Changing =>
    [
        """{"os-start":null}""", """{"os-stop":null}""", """{"reboot":{"type":"HARD"}}""",
        """{"rebuild":{"imageRef":"IMAGE"}}""",
        """{"resize":{"flavorRef":"84"}}""", """{"confirmResize":null}""", """{"revertResize":null}""",
        """{"shelve":null}""",
        """{"unshelve":null}""", """{"pause":null}""", """{"unpause":null}""", """{"suspend":null}""",
        """{"resume":null}""",
        """{"forceDelete":null}""", """{"rescue":null}""", """{"unrescue":null}""",
        """{"changePassword":{"adminPass":"x"}}""", """{"trigger_crash_dump":null}""",
    ];

    [Theory]
    [MemberData(nameof(Changing))]
    public async Task A_locked_server_is_not_changed_by_its_own_project(string body)
    {
        await LockedAsync(Cloud.Demo, Lock);
        using var answer = await ActAsync(Cloud.Demo, body.Replace("IMAGE", Cloud.Image, StringComparison.Ordinal));
        await AssertLockedAsync(answer);
    }

    [Fact]
    public async Task A_locked_server_is_not_deleted_by_its_own_project()
    {
        await LockedAsync(Cloud.Demo, Lock);
        using var answer = await Cloud.Demo.DeleteAsync($"/v2.1/servers/{running.Server}");
        await AssertLockedAsync(answer);
    }

    [Fact]
    public async Task An_administrator_passes_the_lock()
    {
        await LockedAsync(Cloud.Demo, Lock);
        using var answer = await ActAsync(Cloud.Admin, """{"reboot":{"type":"HARD"}}""");
        Assert.Equal(202, (int)answer.StatusCode);
        await Cloud.EndedAsync(running.Server, RequestIdOf(answer));
    }

    [Fact]
    public async Task The_lock_is_shown_and_found_in_lists()
    {
        await LockedAsync(Cloud.Demo, """{"lock":{"locked_reason":"do not touch"}}""", "2.73");
        var shown = await ShowAsync("2.73");
        Assert.Equal((true, "do not touch"), ((bool)shown["locked"]!, (string)shown["locked_reason"]!));
        Assert.False((await ShowAsync("2.72")).AsObject().ContainsKey("locked_reason"));
        Assert.False((await ShowAsync("2.8")).AsObject().ContainsKey("locked"));
        Assert.Equal((true, false), (await ListsAsync("true"), await ListsAsync("false")));

        await LockedAsync(Cloud.Demo, Unlock);
        shown = await ShowAsync("2.73");
        Assert.Equal((false, null), ((bool)shown["locked"]!, shown["locked_reason"]));
        Assert.Equal((false, true), (await ListsAsync("true"), await ListsAsync("false")));
    }

    [Fact]
    public async Task The_owner_locks_once_and_cannot_undo_an_administrators_lock()
    {
        await LockedAsync(Cloud.Demo, Lock);
        await LockedAsync(Cloud.Demo, Lock);
        await LockedAsync(Cloud.Admin, Lock);

        using var answer = await ActAsync(Cloud.Demo, Unlock);

        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Equal("Policy doesn't allow os_compute_api:os-lock-server:unlock:unlock_override to be performed.",
            (string)(await TestApp.JsonAsync(answer))["forbidden"]!["message"]!);
        Assert.Equal("admin", (await Cloud.ServerAsync(running.Server)).LockedBy);
    }

    [Fact]
    public async Task A_lock_is_accepted_beside_a_running_action_and_does_not_disturb_it()
    {
        var held = new TaskCompletionSource();
        Cloud.Hypervisor.Before = _ => held.Task;
        var (_, stopping) = await Cloud.ActAsync(running.Server, """{"os-stop":null}""");
        await LockedAsync(Cloud.Demo, Lock);
        held.SetResult();
        Cloud.Hypervisor.Before = _ => Task.CompletedTask;

        Assert.Equal(Outcomes.Succeeded, (await Cloud.EndedAsync(running.Server, stopping)).Action.Outcome);
        Assert.Equal("owner", (await Cloud.ServerAsync(running.Server)).LockedBy);
        await LockedAsync(Cloud.Demo, Unlock);
        await Cloud.DoAsync(running.Server, """{"os-start":null}""");
    }

    [Theory]
    [InlineData("2.73", """{"lock":{"locked_reason":""}}""")]
    [InlineData("2.73", """{"lock":{"reason":"x"}}""")]
    [InlineData("2.73", """{"lock":"x"}""")]
    public async Task A_wrong_body_is_refused(string version, string body)
    {
        using var answer = await ActAsync(Cloud.Demo, body, version);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Null((await Cloud.ServerAsync(running.Server)).LockedBy);
    }

    [Fact]
    public async Task A_reader_neither_locks_nor_unlocks()
    {
        foreach (var body in new[] { Lock, Unlock })
        {
            using var answer = await ActAsync(running.Reader, body);
            Assert.Equal(403, (int)answer.StatusCode);
        }
    }

    private static string RequestIdOf(HttpResponseMessage answer)
        => answer.Headers.GetValues("x-compute-request-id").Single();

    private Task<HttpResponseMessage> ActAsync(TestUser user, string body, string? version = null)
        => user.PostAsync(
            $"/v2.1/servers/{running.Server}/action", body,
            version is null ? ActionKeys.HeadersFor(body) : [("OpenStack-API-Version", $"compute {version}")]);

    private async Task LockedAsync(TestUser user, string body, string? version = null)
    {
        using var answer = await ActAsync(user, body, version);
        Assert.Equal(202, (int)answer.StatusCode);
        var (action, events) = await Cloud.ActionAsync(running.Server, RequestIdOf(answer));
        Assert.Equal((Outcomes.Succeeded, user.UserId), (action.Outcome, action.UserId));
        Assert.Equal(EventResults.Success, Assert.Single(events).Result);
    }

    private async Task<JsonNode> ShowAsync(string version)
        => (await Cloud.Demo.GetJsonAsync(
            $"/v2.1/servers/{running.Server}", ("OpenStack-API-Version", $"compute {version}")))["server"]!;

    private async Task<bool> ListsAsync(string locked)
        => (await Cloud.Demo.GetJsonAsync(
            $"/v2.1/servers?locked={locked}", ("OpenStack-API-Version", "compute 2.73")))["servers"]!.AsArray()
            .Any(server => (string)server!["id"]! == running.Server.ToString());

    private async Task AssertLockedAsync(HttpResponseMessage answer)
    {
        Assert.Equal(409, (int)answer.StatusCode);
        Assert.Equal($"Instance {running.Server} is locked",
            (string)(await TestApp.JsonAsync(answer))["conflictingRequest"]!["message"]!);
    }
}
