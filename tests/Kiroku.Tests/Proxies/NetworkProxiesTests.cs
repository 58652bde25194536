using System.Text.Json.Nodes;
using Kiroku.Tests.Networks;

namespace Kiroku.Tests.Proxies;

/// <summary>Networks, groups and addresses as Nova showed them up to 2.35, in the form that it documents.</summary>
public sealed class NetworkProxiesTests(NetworkCloud running) : IClassFixture<NetworkCloud>
{
    private const string AdminKeys =
        "bridge bridge_interface broadcast cidr cidr_v6 created_at deleted deleted_at dhcp_server dhcp_start dns1 dns2 "
        + "enable_dhcp gateway gateway_v6 host id injected label mtu multi_host netmask netmask_v6 priority project_id "
        + "rxtx_base share_address updated_at vlan vpn_private_address vpn_public_address vpn_public_port";

    private const string Keys = "broadcast cidr cidr_v6 dns1 dns2 gateway gateway_v6 id label netmask netmask_v6";

    [Fact]
    public async Task Networks_have_an_id_and_a_label_and_nothing_else()
    {
        var real = Assert.Single(await running.ListAsync("networks"))!;
        foreach (var (user, keys) in new[] { (running.Cloud.Demo, Keys), (running.Cloud.Admin, AdminKeys) })
        {
            var network = Assert.Single((await user.GetJsonAsync("/v2.1/os-networks"))["networks"]!.AsArray())!;
            Assert.Equal(keys.Split(' '), network.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));
            Assert.All(
                network.AsObject().Where(pair => pair.Key is not ("id" or "label")), pair => Assert.Null(pair.Value));
            Assert.Equal(((string)real["id"]!, "isolated"), ((string)network["id"]!, (string)network["label"]!));
            Assert.Equal(network.ToJsonString(),
                (await user.GetJsonAsync($"/v2.1/os-networks/{network["id"]}"))["network"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task Of_a_projects_networks_the_range_is_the_word_none()
    {
        var id = (string)Assert.Single(await running.ListAsync("networks"))!["id"]!;
        var shown = $$"""{"id":"{{id}}","cidr":"None","label":"isolated"}""";
        Assert.Equal($$"""{"networks":[{{shown}}]}""",
            (await running.Cloud.Demo.GetJsonAsync("/v2.1/os-tenant-networks")).ToJsonString());
        Assert.Equal($$"""{"network":{{shown}}}""",
            (await running.Cloud.Demo.GetJsonAsync($"/v2.1/os-tenant-networks/{id}")).ToJsonString());
    }

    [Fact]
    public async Task A_project_and_its_server_with_a_card_have_the_group_default()
    {
        var real = Assert.Single(await running.ListAsync("security-groups"))!;
        var documented = new JsonObject
        {
            ["id"] = (string)real["id"]!,
            ["description"] = (string)real["description"]!,
            ["name"] = "default",
            ["tenant_id"] = running.Cloud.Demo.ProjectId,
            ["rules"] = new JsonArray(),
        };
        foreach (var path in new[] { "os-security-groups", $"servers/{running.Server}/os-security-groups" })
        {
            var group = Assert.Single((await GetAsync(path))["security_groups"]!.AsArray())!;
            Assert.True(JsonNode.DeepEquals(documented, group), group.ToJsonString());
        }
        var shown = (await GetAsync($"os-security-groups/{real["id"]}"))["security_group"]!;
        Assert.True(JsonNode.DeepEquals(documented, shown), shown.ToJsonString());
    }

    [Fact]
    public async Task An_administrator_may_list_the_groups_of_all_projects_by_pages()
    {
        var all = await running.Cloud.Admin.GetJsonAsync("/v2.1/os-security-groups?all_tenants=1");
        var projects = all["security_groups"]!.AsArray().Select(group => (string)group!["tenant_id"]!).ToList();
        Assert.Equal(3, projects.Distinct().Count());
        Assert.Equal(projects.Order(StringComparer.Ordinal), projects);
        var pages = new List<string>();
        for (var offset = 0; offset < projects.Count; offset++)
        {
            var page = await running.Cloud.Admin.GetJsonAsync(
                $"/v2.1/os-security-groups?all_tenants=1&limit=1&offset={offset}");
            pages.Add((string)Assert.Single(page["security_groups"]!.AsArray())!["tenant_id"]!);
        }
        Assert.Equal(projects, pages);
        Assert.Single((await running.Cloud.Demo.GetJsonAsync("/v2.1/os-security-groups?all_tenants=1"))
            ["security_groups"]!.AsArray());
        Assert.Empty((await GetAsync("os-security-groups?offset=1"))["security_groups"]!.AsArray());
        Assert.Single((await GetAsync("os-security-groups?limit=0"))["security_groups"]!.AsArray());
    }

    [Theory]
    [InlineData("GET", "os-networks/NONE", null, 404, "Network not found")]
    [InlineData("GET", "os-tenant-networks/NONE", null, 404, "Network not found")]
    [InlineData("GET", "os-security-groups/NONE", null, 404, "Security group NONE does not exist")]
    [InlineData("GET", "os-security-groups/default", null, 400, "Security group id should be uuid")]
    [InlineData("GET", "os-security-groups?limit=x", null, 400,
        "Invalid input for query parameters limit. Value: x. 'x' does not match '^[0-9]*$'")]
    [InlineData("POST", "os-security-groups", """{"security_group":{"name":"web"}}""", 400,
        "'description' is a required property")]
    [InlineData("POST", "os-security-groups", """{"security_group":{"name":"web","description":"d"}}""", 403,
        "security groups and their rules cannot be made")]
    [InlineData("PUT", "os-security-groups/GROUP", """{"security_group":{"name":"web","description":"d"}}""", 403,
        "security groups and their rules cannot be made")]
    [InlineData("DELETE", "os-security-groups/GROUP", null, 400,
        "Insufficient rights for removing default security group.")]
    [InlineData("DELETE", "os-security-groups/NONE", null, 404, "Security group NONE does not exist")]
    [InlineData("POST", "os-security-group-rules", """{"security_group_rule":{"parent_group_id":"GROUP"}}""", 403,
        "security groups and their rules cannot be made")]
    [InlineData("POST", "os-security-group-rules", """{"security_group_rule":{"parent_group_id":"NONE"}}""", 404,
        "Security group NONE does not exist")]
    [InlineData("POST", "os-security-group-rules", """{"security_group_rule":{"parent_group_id":"x"}}""", 400,
        "'x' is not a 'uuid'")]
    [InlineData("DELETE", "os-security-group-rules/NONE", null, 404, "Security group rule NONE does not exist")]
    [InlineData("GET", "os-floating-ips/NONE", null, 404, "Floating IP not found for ID NONE")]
    [InlineData("DELETE", "os-floating-ips/NONE", null, 404, "Floating IP not found for ID NONE")]
    [InlineData("POST", "os-floating-ips", "", 404, "Floating IP pool not found.")]
    [InlineData("POST", "os-floating-ips", """{"pool":"public"}""", 404, "Floating IP pool not found.")]
    [InlineData("POST", "os-floating-ips", """{"pool":7}""", 400, "7 is not of type 'string', 'null'")]
    [InlineData("GET", "os-volumes/NONE", null, 404, "Volume NONE could not be found.")]
    [InlineData("POST", "os-volumes", """{"volume":{"size":1}}""", 400, "This cloud has no block storage.")]
    [InlineData("DELETE", "os-snapshots/NONE", null, 404, "Snapshot NONE could not be found.")]
    [InlineData("POST", "os-baremetal-nodes", "{}", 400,
        "Command not supported. Please use Ironic command node-create to perform this action.")]
    [InlineData("DELETE", "os-baremetal-nodes/1", null, 400,
        "Command not supported. Please use Ironic command node-delete to perform this action.")]
    public async Task What_is_not_there_or_cannot_be_is_refused_in_novas_words(
        string method, string path, string? body, int status, string message)
    {
        var group = (string)Assert.Single(await running.ListAsync("security-groups"))!["id"]!;
        var (answered, fault) = await running.Cloud.Demo.AskAsync(
            method, $"/v2.1/{Fill(path, group)}", body is null ? null : Fill(body, group));
        Assert.Equal(status, answered);
        Assert.Contains(
            Fill(message, group), (string)fault!.AsObject().Single().Value!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("os-floating-ips", "floating_ips")]
    [InlineData("os-floating-ip-pools", "floating_ip_pools")]
    [InlineData("os-volumes", "volumes")]
    [InlineData("os-volumes/detail", "volumes")]
    [InlineData("os-snapshots", "snapshots")]
    [InlineData("os-snapshots/detail", "snapshots")]
    public async Task There_are_no_floating_addresses_and_no_volumes(string path, string key)
        => Assert.Equal($$"""{"{{key}}":[]}""", (await GetAsync(path)).ToJsonString());

    [Fact]
    public async Task There_are_no_nodes_of_bare_metal_which_only_administrators_may_ask_for()
    {
        var (status, nodes) = await running.Cloud.Admin.AskAsync("GET", "/v2.1/os-baremetal-nodes");
        Assert.Equal((200, """{"nodes":[]}"""), (status, nodes!.ToJsonString()));
        Assert.Equal(403, (await running.Cloud.Demo.AskAsync("GET", "/v2.1/os-baremetal-nodes")).Status);
    }

    [Theory]
    [InlineData("os-networks")]
    [InlineData("os-tenant-networks")]
    [InlineData("os-security-groups")]
    [InlineData("os-floating-ips")]
    [InlineData("os-floating-ip-pools")]
    [InlineData("os-volumes")]
    [InlineData("os-snapshots")]
    [InlineData("images")]
    [InlineData("images/detail")]
    public async Task From_2_36_on_the_proxies_are_not_there(string path)
    {
        Assert.Equal(200, await StatusAsync(path, "2.35"));
        Assert.Equal(404, await StatusAsync(path, "2.36"));
        Assert.Equal(404, await StatusAsync(path, "2.96"));
    }

    [Fact]
    public async Task A_servers_groups_are_there_at_every_microversion()
        => Assert.Equal(200, await StatusAsync($"servers/{running.Server}/os-security-groups", "2.96"));

    private static string Fill(string text, string group) => text
        .Replace("GROUP", group, StringComparison.Ordinal)
        .Replace("NONE", "5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a", StringComparison.Ordinal);

    private async Task<int> StatusAsync(string path, string version)
    {
        using var answer = await running.Cloud.Demo.GetAsync(
            $"/v2.1/{path}", ("OpenStack-API-Version", $"compute {version}"));
        return (int)answer.StatusCode;
    }

    private Task<JsonNode> GetAsync(string path) => running.Cloud.Demo.GetJsonAsync($"/v2.1/{path}");
}
