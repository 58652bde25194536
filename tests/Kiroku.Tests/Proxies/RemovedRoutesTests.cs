using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Proxies;

/// <summary>Routes that Nova answers at every microversion with 410, whatever they are asked.</summary>
public sealed class RemovedRoutesTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    [Theory]
    [InlineData("GET", "os-agents")]
    [InlineData("POST", "os-agents")]
    [InlineData("PUT", "os-agents/1")]
    [InlineData("GET", "os-cells")]
    [InlineData("GET", "os-cells/capacities")]
    [InlineData("GET", "os-cells/one/capacities")]
    [InlineData("POST", "os-cells/sync_instances")]
    [InlineData("POST", "os-certificates")]
    [InlineData("GET", "os-certificates/root")]
    [InlineData("GET", "os-cloudpipe")]
    [InlineData("GET", "os-fixed-ips/10.0.0.1")]
    [InlineData("POST", "os-fixed-ips/10.0.0.1/action")]
    [InlineData("GET", "os-floating-ip-dns")]
    [InlineData("DELETE", "os-floating-ip-dns/example.org/entries/www")]
    [InlineData("GET", "os-floating-ips-bulk")]
    [InlineData("GET", "os-fping")]
    [InlineData("GET", "os-fping/1")]
    [InlineData("POST", "os-networks")]
    [InlineData("POST", "os-networks/add")]
    [InlineData("DELETE", "os-networks/1")]
    [InlineData("POST", "os-networks/1/action")]
    [InlineData("GET", "os-security-group-default-rules")]
    [InlineData("POST", "os-tenant-networks")]
    [InlineData("GET", "servers/SERVER/consoles")]
    [InlineData("GET", "servers/SERVER/os-virtual-interfaces")]
    public async Task A_route_that_nova_has_given_up_is_gone(string method, string path)
    {
        foreach (var version in new[] { "2.1", "2.35", "2.96" })
        {
            using var answer = await running.Cloud.App.SendAsync(
                new HttpMethod(method),
                "/v2.1/" + path.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal),
                running.Cloud.Demo.Token, method is "POST" or "PUT" ? TestApp.Json("""{"x":1}""") : null,
                ("OpenStack-API-Version", $"compute {version}"));
            Assert.Equal(410, (int)answer.StatusCode);
            Assert.Equal(
                "This resource is no longer available.  No forwarding address is given.",
                (string)(await TestApp.JsonAsync(answer))["computeFault"]!["message"]!);
        }
    }

    [Fact]
    public async Task It_is_gone_for_those_with_a_token_and_a_body_that_is_json()
    {
        using var nobody = await running.Cloud.App.SendAsync(HttpMethod.Get, "/v2.1/os-agents", null);
        using var broken = await running.Cloud.Demo.PostAsync("/v2.1/os-agents", "{");
        Assert.Equal((401, 400), ((int)nobody.StatusCode, (int)broken.StatusCode));
    }

    [Fact]
    public async Task The_action_that_reset_a_network_is_gone_too()
    {
        var answer = await running.Cloud.Demo.AskAsync(
            "POST", $"/v2.1/servers/{running.Server}/action", """{"resetNetwork":null}""");
        Assert.Equal(410, answer.Status);
    }
}
