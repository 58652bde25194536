using Kiroku.Tests.Networks;

namespace Kiroku.Tests.Servers;

/// <summary>Actions of Nova's that old clients still ask for, and that change nothing here.</summary>
public sealed class OldActionsTests(NetworkCloud running) : IClassFixture<NetworkCloud>
{
    [Theory]
    [InlineData("""{"restore":null}""", 409, "Cannot 'restore' instance SERVER while it is in vm_state active")]
    [InlineData("""{"shelveOffload":null}""", 403,
        "Policy doesn't allow os_compute_api:os-shelve:shelve_offload to be performed.")]
    [InlineData("""{"injectNetworkInfo":null}""", 403,
        "Policy doesn't allow os_compute_api:os-admin-actions:inject_network_info to be performed.")]
    [InlineData("""{"addSecurityGroup":{"name":"default"}}""", 202, "")]
    [InlineData("""{"addSecurityGroup":{"name":"web"}}""", 404, "Security group web is not found for project PROJECT")]
    [InlineData("""{"addSecurityGroup":{"name":" "}}""", 400, "Security group name cannot be empty")]
    [InlineData("""{"addSecurityGroup":{"name":""}}""", 400, "'' is too short")]
    [InlineData("""{"addSecurityGroup":{}}""", 400, "'name' is a required property")]
    [InlineData("""{"addSecurityGroup":null}""", 400, "None is not of type 'object'")]
    [InlineData("""{"removeSecurityGroup":{"name":"default"}}""", 403, "cannot be made, changed or deleted.")]
    [InlineData("""{"removeSecurityGroup":{"name":"web"}}""", 404, "Security group web is not found for project PROJECT")]
    [InlineData("""{"addFloatingIp":{"address":"192.0.2.1"}}""", 404, "floating IP not found")]
    [InlineData("""{"addFloatingIp":{"address":"192.0.2.1","fixed_address":"10.0.2.20"}}""", 404, "floating IP not found")]
    [InlineData("""{"addFloatingIp":{"address":"192.0.2.1","fixed_address":"10.0.2.99"}}""", 400,
        "Specified fixed address not assigned to instance")]
    [InlineData("""{"addFloatingIp":{"address":"x"}}""", 400, "'x' is not valid under any of the given schemas")]
    [InlineData("""{"removeFloatingIp":{"address":"192.0.2.1"}}""", 404, "Floating IP not found for address 192.0.2.1.")]
    [InlineData("""{"addFixedIp":{"networkId":1}}""", 400, "none can be added.")]
    [InlineData("""{"addFixedIp":{"networkId":""}}""", 400, "'' is too short")]
    [InlineData("""{"removeFixedIp":{"address":"10.0.2.20"}}""", 400, "none can be taken away.")]
    [InlineData("""{"removeFixedIp":{"address":"10.0.0.4"}}""", 400,
        "Instance SERVER does not have fixed IP '10.0.0.4'.")]
    public async Task They_are_answered_as_by_nova(string body, int status, string message)
    {
        var before = await running.Cloud.NewestActionAsync(running.Server);
        var (answered, fault) = await AskAsync(running.Cloud.Demo, body);
        Assert.Equal(status, answered);
        if (status != 202)
            Assert.Contains(
                message.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal)
                    .Replace("PROJECT", running.Cloud.Demo.ProjectId, StringComparison.Ordinal),
                (string)fault!.AsObject().Single().Value!["message"]!, StringComparison.Ordinal);
        Assert.Equal(
            before.Action.RequestId, (await running.Cloud.NewestActionAsync(running.Server)).Action.RequestId);
    }

    [Fact]
    public async Task Administrators_may_offload_nothing_and_inject_nothing()
    {
        var (status, fault) = await AskAsync(running.Cloud.Admin, """{"shelveOffload":null}""");
        Assert.Equal((409, $"Cannot 'shelveOffload' instance {running.Server} while it is in vm_state active"),
            (status, (string)fault!["conflictingRequest"]!["message"]!));
        Assert.Equal(202, (await AskAsync(running.Cloud.Admin, """{"injectNetworkInfo":null}""")).Status);
    }

    [Theory]
    [InlineData("""{"addFloatingIp":{"address":"192.0.2.1"}}""")]
    [InlineData("""{"removeFloatingIp":{"address":"192.0.2.1"}}""")]
    [InlineData("""{"addFixedIp":{"networkId":1}}""")]
    [InlineData("""{"removeFixedIp":{"address":"10.0.0.4"}}""")]
    public async Task Actions_on_addresses_are_there_up_to_2_43(string body)
    {
        foreach (var (version, there) in new[] { ("2.43", true), ("2.44", false) })
        {
            using var answer = await running.Cloud.Demo.PostAsync(
                $"/v2.1/servers/{running.Server}/action", body, ("OpenStack-API-Version", $"compute {version}"));
            var message = (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!;
            Assert.Equal(there, message != "The resource could not be found.");
        }
    }

    [Fact]
    public async Task A_server_without_a_card_has_no_group_and_takes_no_address()
    {
        running.Cloud.Host.Addresses = [];
        var server = await running.Cloud.CreateServerAsync();
        foreach (var (body, message) in new[]
        {
            ("""{"addSecurityGroup":{"name":"default"}}""",
                $"instance_id {server} could not be found as device id on any ports"),
            ("""{"addFloatingIp":{"address":"192.0.2.1"}}""", "Instance network is not ready yet"),
        })
        {
            var (_, fault) = await running.Cloud.Demo.AskAsync("POST", $"/v2.1/servers/{server}/action", body);
            Assert.Equal(message, (string)fault!.AsObject().Single().Value!["message"]!);
        }
        Assert.Equal("""{"security_groups":[]}""",
            (await running.Cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}/os-security-groups")).ToJsonString());
    }

    [Theory]
    [InlineData("""{"restore":null}""")]
    public async Task A_locked_server_is_not_restored(string body)
    {
        var server = await running.Cloud.CreateServerAsync();
        await running.Cloud.ActAsync(server, """{"lock":null}""");
        var (status, fault) = await running.Cloud.Demo.AskAsync("POST", $"/v2.1/servers/{server}/action", body);
        Assert.Equal((409, $"Instance {server} is locked"),
            (status, (string)fault!["conflictingRequest"]!["message"]!));
    }

    private Task<(int Status, System.Text.Json.Nodes.JsonNode? Body)> AskAsync(TestUser user, string body)
        => user.AskAsync("POST", $"/v2.1/servers/{running.Server}/action", body);
}
