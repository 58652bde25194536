using System.Text.Json.Nodes;

namespace Kiroku.Tests.Networks;

public sealed class NetworksTests(NetworkCloud running) : IClassFixture<NetworkCloud>
{
    [Fact]
    public async Task The_catalog_leads_to_the_network_service_whose_versions_need_no_token()
    {
        var catalog = (await running.Cloud.Demo.GetJsonAsync("/identity/v3/auth/catalog"))["catalog"]!.AsArray();
        var service = catalog.Single(service => (string)service!["type"]! == "network")!;
        var address = new Uri((string)service["endpoints"]![0]!["url"]!);
        Assert.Equal(("neutron", "/network"), ((string)service["name"]!, address.AbsolutePath));
        using var answer = await running.Cloud.App.SendAsync(HttpMethod.Get, address.AbsolutePath);
        var version = Assert.Single((await TestApp.JsonAsync(answer))["versions"]!.AsArray())!;
        Assert.Equal(("v2.0", "CURRENT", $"{address}/v2.0/"),
            ((string)version["id"]!, (string)version["status"]!, (string)version["links"]![0]!["href"]!));
        using var closed = await running.Cloud.App.SendAsync(HttpMethod.Get, NetworkCloud.Root);
        Assert.Equal(401, (int)closed.StatusCode);
        Assert.Equal(["network", "subnet", "port"],
            (await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/"))["resources"]!.AsArray().Select(
                resource => (string)resource!["name"]!));
    }

    [Fact]
    public async Task The_network_of_the_hosts_is_there_under_the_name_that_servers_show()
    {
        var network = Assert.Single(await running.ListAsync("networks"))!;
        var shown = await running.Cloud.Demo.GetJsonAsync($"/v2.1/servers/{running.Server}");
        Assert.Equal((string)network["name"]!, shown["server"]!["addresses"]!.AsObject().Single().Key);
        Assert.Equal(("ACTIVE", true, false, 1500, ""),
            ((string)network["status"]!, (bool)network["shared"]!, (bool)network["router:external"]!,
                (int)network["mtu"]!, (string)network["project_id"]!));
        Assert.Equal(network.ToJsonString(),
            (await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/networks/{network["id"]}"))["network"]!
            .ToJsonString());
    }

    [Fact]
    public async Task A_subnet_says_where_the_addresses_are_and_that_nothing_leads_out()
    {
        var network = Assert.Single(await running.ListAsync("networks"))!;
        var subnet = Assert.Single(await running.ListAsync("subnets"))!;
        Assert.Equal([(string)subnet["id"]!], network["subnets"]!.AsArray().Select(id => (string)id!));
        Assert.Equal(((string)network["id"]!, "10.0.2.0/24", 4, null, true),
            ((string)subnet["network_id"]!, (string)subnet["cidr"]!, (int)subnet["ip_version"]!,
                (string?)subnet["gateway_ip"], (bool)subnet["enable_dhcp"]!));
        Assert.Equal("""[{"start":"10.0.2.15","end":"10.0.2.30"}]""", subnet["allocation_pools"]!.ToJsonString());
        Assert.Equal(subnet.ToJsonString(),
            (await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/subnets/{subnet["id"]}"))["subnet"]!
            .ToJsonString());
    }

    [Fact]
    public async Task Ids_are_the_same_in_every_cloud_and_after_a_restart()
    {
        // As Python's uuid5 makes them of the same names.
        var network = (await running.ListAsync("networks"))[0]!;
        Assert.Equal("e25de491-f252-5183-a0ce-1d15bd2b6916", (string)network["id"]!);
        Assert.Equal("545b0332-9b6f-54c3-8e6a-ced38f409da9", (string)network["subnets"]![0]!);
    }

    [Theory]
    [InlineData("networks?name=isolated", 1)]
    [InlineData("networks?name=other&name=isolated", 1)]
    [InlineData("networks?name=other", 0)]
    [InlineData("networks?name=", 0)]
    [InlineData("networks?shared=True&router:external=false", 1)]
    [InlineData("networks?router:external=true", 0)]
    [InlineData("networks?status=DOWN", 0)]
    [InlineData("subnets?ip_version=4&cidr=10.0.2.0/24", 1)]
    [InlineData("subnets?ip_version=6", 0)]
    public async Task They_are_picked_by_what_they_are(string path, int expected)
        => Assert.Equal(expected, (await running.ListAsync(path)).Count);

    [Theory]
    [InlineData("networks?nam=x", "['nam'] is invalid attribute for filtering")]
    [InlineData("subnets?tags=a", "['tags'] is invalid attribute for filtering")]
    [InlineData("networks?shared=maybe", "Invalid input for operation: 'maybe' cannot be converted to boolean.")]
    [InlineData("networks?sort_key=name", "The number of sort_keys and sort_dirs must be same")]
    [InlineData("networks?sort_key=x&sort_dir=asc", "['x'] is invalid attribute for sort_keys")]
    [InlineData("networks?sort_key=name&sort_dir=up",
        "['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'")]
    [InlineData("networks?limit=-1", "Bad limit request: Limit must be an integer 0 or greater and not '-1'.")]
    public async Task What_is_not_known_is_refused_and_never_no_filter(string path, string message)
        => Assert.Equal((400, "HTTPBadRequest", message), await running.RefusalAsync("GET", path));

    [Fact]
    public async Task Only_the_fields_asked_for_are_answered()
    {
        var network = Assert.Single(await running.ListAsync("networks?fields=name&fields=mtu&fields=nonsense"))!;
        Assert.Equal("""{"name":"isolated","mtu":1500}""", network.ToJsonString());
        var id = (string)(await running.ListAsync("networks"))[0]!["id"]!;
        var shown = await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/networks/{id}?fields=id");
        Assert.Equal(new JsonObject { ["id"] = id }.ToJsonString(), shown["network"]!.ToJsonString());
    }

    [Theory]
    [InlineData("networks", "NetworkNotFound", "Network 5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a could not be found.")]
    [InlineData("subnets", "SubnetNotFound", "Subnet 5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a could not be found.")]
    [InlineData("ports", "PortNotFound", "Port 5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a could not be found.")]
    [InlineData("security-groups", "SecurityGroupNotFound",
        "Security group 5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a does not exist")]
    [InlineData("security-group-rules", "SecurityGroupRuleNotFound",
        "Security group rule 5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a does not exist")]
    [InlineData("agents", "AgentNotFound", "Agent 5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a could not be found.")]
    [InlineData("routers", "HTTPNotFound", "The resource could not be found.")]
    [InlineData("floatingips", "HTTPNotFound", "The resource could not be found.")]
    public async Task What_is_not_there_is_not_found_in_neutrons_form(string kind, string type, string message)
        => Assert.Equal((404, type, message),
            await running.RefusalAsync("GET", $"{kind}/5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a"));

    [Theory]
    [InlineData("POST", "networks", "networks of this cloud")]
    [InlineData("DELETE", "networks/ID", "networks of this cloud")]
    [InlineData("PUT", "subnets/ID", "networks of this cloud")]
    [InlineData("POST", "ports", "one card")]
    [InlineData("DELETE", "ports/ID", "one card")]
    [InlineData("POST", "security-groups", "security groups and their rules")]
    [InlineData("POST", "security-group-rules", "security groups and their rules")]
    [InlineData("DELETE", "security-group-rules/ID", "security groups and their rules")]
    [InlineData("PUT", "quotas/ID", "cannot be set")]
    [InlineData("DELETE", "auto-allocated-topology/ID", "networks of this cloud")]
    public async Task Nobody_makes_or_changes_anything_and_is_told_why(string method, string path, string sentence)
    {
        foreach (var user in new[] { running.Cloud.Demo, running.Cloud.Admin })
        {
            var refusal = await running.RefusalAsync(
                method, path.Replace("ID", $"{Guid.NewGuid()}", StringComparison.Ordinal), "{}", user);
            Assert.Equal((403, "PolicyNotAuthorized"), (refusal.Status, refusal.Type));
            Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_method_that_no_route_has_and_a_path_that_there_is_not_are_refused_in_neutrons_form()
    {
        Assert.Equal(405, (await running.RefusalAsync("PATCH", "networks")).Status);
        Assert.Equal((404, "HTTPNotFound", "The resource could not be found."),
            await running.RefusalAsync("POST", "floatingips", "{}"));
    }

    [Fact]
    public async Task Extensions_are_those_that_are_true()
    {
        var listed = await running.ListAsync("extensions");
        var aliases = listed.Select(extension => (string)extension!["alias"]!).ToList();
        Assert.Contains("security-group", aliases);
        Assert.Contains("filter-validation", aliases);
        Assert.DoesNotContain("router", aliases);
        var shown = await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/extensions/quotas");
        Assert.Equal("quotas", (string)shown["extension"]!["alias"]!);
        Assert.Equal((404, "HTTPNotFound", "Extension with alias router does not exist"),
            await running.RefusalAsync("GET", "extensions/router"));
    }

    [Fact]
    public async Task There_are_no_agents_and_none_of_their_zones()
    {
        Assert.Empty(await running.ListAsync("agents"));
        Assert.Empty(await running.ListAsync("availability_zones"));
    }

    [Fact]
    public async Task The_topology_that_needs_no_making_is_the_network_that_is_there()
    {
        var network = (string)(await running.ListAsync("networks"))[0]!["id"]!;
        var project = running.Cloud.Demo.ProjectId;
        foreach (var asked in new[] { project, "None" })
        {
            var shown = await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/auto-allocated-topology/{asked}");
            Assert.Equal((network, project), ((string)shown["auto_allocated_topology"]!["id"]!,
                (string)shown["auto_allocated_topology"]!["tenant_id"]!));
        }
        var dry = await running.Cloud.Demo.GetJsonAsync(
            $"{NetworkCloud.Root}/auto-allocated-topology/{project}?fields=dry-run");
        Assert.Equal("dry-run=pass", (string)dry["auto_allocated_topology"]!["id"]!);
        Assert.Equal(403, (await running.RefusalAsync(
            "GET", $"auto-allocated-topology/{running.Cloud.Admin.ProjectId}")).Status);
    }
}
