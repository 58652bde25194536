using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>Scheduler hints: honoured, refused, or without a meaning as in Nova; never overlooked.</summary>
public sealed class SchedulerHintsTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Nobody = "5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a";

    [Theory]
    [InlineData("""{"group":"NOBODY"}""", "Instance group NOBODY could not be found.")]
    [InlineData("""{"group":["NOBODY"]}""", "Instance group NOBODY could not be found.")]
    [InlineData("""{"group":"friends"}""", "'friends' is not valid under any of the given schemas")]
    [InlineData("""{"group":7}""", "7 is not valid under any of the given schemas")]
    [InlineData("""{"same_host":7}""", "7 is not of type 'string', 'array'")]
    [InlineData("""{"same_host":["x"]}""", "'x' is not a 'uuid'")]
    [InlineData("""{"different_host":"x"}""", "'x' is not valid under any of the given schemas")]
    [InlineData("""{"query":"[\">=\",\"$free_ram_mb\",1024]"}""", "by the scheduler hint query.")]
    [InlineData("""{"query":7}""", "7 is not of type 'string', 'object'")]
    [InlineData("""{"build_near_host_ip":"192.168.1.8","cidr":"/24"}""", "by the scheduler hint build_near_host_ip.")]
    [InlineData("""{"build_near_host_ip":"x"}""", "'x' is not valid under any of the given schemas")]
    [InlineData("""{"cidr":"24"}""", "'24' does not match '^/[0-9a-f.:]+$'")]
    [InlineData("""{"cidr":"/24"}""", "by the scheduler hint cidr.")]
    [InlineData("""{"target_cell":"a"}""", "by the scheduler hint target_cell.")]
    [InlineData("""{"different_cell":["a"]}""", "by the scheduler hint different_cell.")]
    [InlineData("[]", "[] is not of type 'object'")]
    public async Task A_hint_that_cannot_be_followed_is_refused(string hints, string message)
    {
        foreach (var key in new[] { "os:scheduler_hints", "OS-SCH-HNT:scheduler_hints" })
        {
            var (status, fault) = await AskAsync(key, hints);
            Assert.Equal(400, status);
            Assert.Contains(message.Replace("NOBODY", Nobody, StringComparison.Ordinal),
                (string)fault!["badRequest"]!["message"]!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"same_host":"SERVER"}""", VmStates.Active)]
    [InlineData("""{"same_host":["NOBODY","SERVER"]}""", VmStates.Active)]
    [InlineData("""{"same_host":["NOBODY"]}""", VmStates.Error)]
    [InlineData("""{"different_host":"SERVER"}""", VmStates.Error)]
    [InlineData("""{"different_host":["SERVER","NOBODY"]}""", VmStates.Error)]
    [InlineData("""{"different_host":["NOBODY"]}""", VmStates.Active)]
    [InlineData("""{"foo":{"bar":1}}""", VmStates.Active)]
    [InlineData("{}", VmStates.Active)]
    public async Task A_server_is_put_with_others_or_apart_from_them(string hints, string state)
    {
        var (status, made) = await AskAsync("os:scheduler_hints", hints);
        Assert.Equal(202, status);
        var id = Guid.Parse((string)made!["server"]!["id"]!);
        await running.Cloud.UntilAsync(async () => (await running.Cloud.ServerAsync(id)).RunningAction is null);
        var server = await running.Cloud.ServerAsync(id);
        Assert.Equal((state, state == VmStates.Error ? "No valid host was found." : null),
            (server.VmState, server.Fault?.Message.Split(": ")[^1]));
    }

    private Task<(int Status, System.Text.Json.Nodes.JsonNode? Body)> AskAsync(string key, string hints)
        => running.Cloud.Demo.AskAsync("POST", "/v2.1/servers",
            $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{running.Cloud.Image}}}"},"{{{key}}}":{{{hints}}}}"""
                .Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal)
                .Replace("NOBODY", Nobody, StringComparison.Ordinal));
}
