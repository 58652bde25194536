using System.Text.Json.Nodes;

namespace Kiroku.Tests.Networks;

/// <summary>os-interface, which shows the port that the network service has.</summary>
public sealed class InterfacesTests(NetworkCloud running) : IClassFixture<NetworkCloud>
{
    [Theory]
    [InlineData("2.1", "")]
    [InlineData("2.70", ""","tag":null""")]
    public async Task A_servers_interface_is_its_port(string version, string tag)
    {
        var port = await PortAsync();
        var expected = $$$"""{"net_id":"{{{port["network_id"]}}}","port_id":"{{{port["id"]}}}","""
            + $$"""
            "mac_addr":"fa:16:3e:00:00:02","port_state":"ACTIVE","fixed_ips":{{port["fixed_ips"]!.ToJsonString()}}{{tag}}}
            """.Trim();
        (string, string)[] headers = [("OpenStack-API-Version", $"compute {version}")];
        var all = await running.Cloud.Demo.GetJsonAsync(Path(), headers);
        Assert.Equal(expected, Assert.Single(all["interfaceAttachments"]!.AsArray())!.ToJsonString());
        var shown = await running.Cloud.Demo.GetJsonAsync($"{Path()}/{port["id"]}", headers);
        Assert.Equal(expected, shown["interfaceAttachment"]!.ToJsonString());
    }

    [Fact]
    public async Task The_port_of_another_server_is_not_found()
    {
        var others = Assert.Single(await running.ListAsync("ports", running.Other))!["id"];
        Assert.Equal((404, $"Port id {others} could not be found."), await RefusalAsync("GET", $"/{others}"));
        Assert.Equal((404, $"Port id {others} could not be found."), await RefusalAsync("DELETE", $"/{others}"));
        Assert.Equal((404, "Port id nonsense could not be found."), await RefusalAsync("GET", "/nonsense"));
        using var answer = await running.Cloud.Demo.GetAsync($"/v2.1/servers/{running.OthersServer}/os-interface");
        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("{}", "Attaching interfaces is not supported for instance SERVER.")]
    [InlineData("""{"interfaceAttachment":{}}""", "Attaching interfaces is not supported for instance SERVER.")]
    [InlineData("""{"interfaceAttachment":{"net_id":"SERVER"}}""",
        "Attaching interfaces is not supported for instance SERVER.")]
    [InlineData("""{"interfaceAttachment":{"net_id":"SERVER","port_id":"SERVER"}}""",
        "Must not input both network_id and port_id")]
    [InlineData("""{"interfaceAttachment":{"fixed_ips":[{"ip_address":"10.0.0.1"}]}}""",
        "Must input network_id when request IP address")]
    [InlineData("""{"interfaceAttachment":{"fixed_ips":[]}}""",
        "Invalid input for field/attribute fixed_ips. Value: []. [] is too short")]
    [InlineData("""{"interfaceAttachment":{"net_id":"x"}}""",
        "Invalid input for field/attribute net_id. Value: x. 'x' is not a 'uuid'")]
    public async Task None_can_be_added(string body, string message)
        => Assert.Equal((400, Filled(message)), await RefusalAsync("POST", "", Filled(body)));

    [Fact]
    public async Task None_can_be_taken_away()
    {
        var port = (await PortAsync())["id"];
        Assert.Equal(
            (501, "The requested functionality is not supported."), await RefusalAsync("DELETE", $"/{port}"));
    }

    [Fact]
    public async Task A_lock_and_a_state_are_looked_at_before_the_port()
    {
        var server = await running.Cloud.CreateServerAsync();
        await running.Cloud.DoAsync(server, """{"suspend":null}""");
        foreach (var (method, path, action) in new[]
            { ("POST", "", "attach_interface"), ("DELETE", "/nonsense", "detach_interface") })
            Assert.Equal((409, $"Cannot '{action}' instance {server} while it is in vm_state suspended"),
                await RefusalAsync(method, path, "{}", server));
        await running.Cloud.DoAsync(server, """{"lock":null}""");
        foreach (var (method, path) in new[] { ("POST", ""), ("DELETE", "/nonsense") })
            Assert.Equal((409, $"Instance {server} is locked"), await RefusalAsync(method, path, "{}", server));
    }

    private async Task<JsonNode> PortAsync()
        => Assert.Single(await running.ListAsync($"ports?device_id={running.Server}"))!;

    private string Path() => $"/v2.1/servers/{running.Server}/os-interface";

    private string Filled(string text) => text.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal);

    private async Task<(int Status, string Message)> RefusalAsync(
        string method, string path, string? body = null, Guid? server = null)
    {
        var (status, answer) = await running.Cloud.Demo.AskAsync(
            method, (server is null ? Path() : $"/v2.1/servers/{server}/os-interface") + path, body);
        return (status, (string)answer!.AsObject().Single().Value!["message"]!);
    }
}
