
namespace Kiroku.Tests.Servers;

/// <summary>changePassword, which no guest here supports: refused in Nova's order, and without a trace.</summary>
public sealed class PasswordChangeTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Body = """{"changePassword":{"adminPass":"\u0000\ud83d\ude00"}}""";

    [Fact]
    public async Task A_forbidden_caller_or_missing_server_is_refused_first()
    {
        await AssertRefusedAsync(running.Reader, running.Server, 403,
            "Policy doesn't allow os_compute_api:os-admin-password to be performed.");
        await AssertRefusedAsync(running.Other, running.Server, 404, $"Instance {running.Server} could not be found.");
        var none = Guid.NewGuid();
        await AssertRefusedAsync(running.Cloud.Demo, none, 404, $"Instance {none} could not be found.");
    }

    [Fact]
    public async Task Then_comes_the_state_and_then_the_missing_guest_agent()
    {
        var server = await running.Cloud.CreateServerAsync();
        await AssertRefusedAsync(running.Cloud.Demo, server, 409, "QEMU guest agent is not enabled");
        await running.Cloud.DoAsync(server, """{"os-stop":null}""");
        await AssertRefusedAsync(running.Cloud.Demo, server, 409,
            $"Cannot 'changePassword' instance {server} while it is in vm_state stopped");
        await running.Cloud.DeleteAsync(server);
        await AssertRefusedAsync(running.Cloud.Demo, server, 404, $"Instance {server} could not be found.");
    }

    private async Task AssertRefusedAsync(TestUser user, Guid server, int status, string message)
    {
        var before = await running.RowsAsync();
        using var answer = await user.PostAsync($"/v2.1/servers/{server}/action", Body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(message, (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
        Assert.Equal(before, await running.RowsAsync());
    }
}
