namespace Kiroku.Tests.Networks;

public sealed class PortsTests(NetworkCloud running) : IClassFixture<NetworkCloud>
{
    [Fact]
    public async Task A_servers_card_is_a_port_with_its_addresses()
    {
        var port = Assert.Single(await running.ListAsync("ports"))!;
        var network = (await running.ListAsync("networks"))[0]!;
        Assert.Equal((running.Server.ToString(), "compute:nova", "fa:16:3e:00:00:02", "ACTIVE"),
            ((string)port["device_id"]!, (string)port["device_owner"]!, (string)port["mac_address"]!,
                (string)port["status"]!));
        Assert.Equal(((string)network["id"]!, running.Cloud.Demo.ProjectId),
            ((string)port["network_id"]!, (string)port["project_id"]!));
        Assert.Equal($$"""[{"subnet_id":"{{network["subnets"]![0]}}","ip_address":"{{NetworkCloud.Address}}"}]""",
            port["fixed_ips"]!.ToJsonString());
        Assert.Equal(port.ToJsonString(),
            (await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/ports/{port["id"]}"))["port"]!.ToJsonString());
    }

    [Fact]
    public async Task Another_projects_ports_are_not_there_and_an_administrator_sees_all()
    {
        var own = Assert.Single(await running.ListAsync("ports"))!;
        var others = Assert.Single(await running.ListAsync("ports", running.Other))!;
        Assert.Equal(running.OthersServer.ToString(), (string)others["device_id"]!);
        Assert.Equal(404, (await running.RefusalAsync("GET", $"ports/{others["id"]}")).Status);
        Assert.Empty(await running.ListAsync($"ports?device_id={running.OthersServer}"));
        Assert.Empty(await running.ListAsync($"ports?project_id={running.Other.ProjectId}"));

        var all = await running.ListAsync("ports", running.Cloud.Admin);
        Assert.Equal(new[] { (string)own["id"]!, (string)others["id"]! }.Order(),
            all.Select(port => (string)port!["id"]!));
        var picked = await running.ListAsync($"ports?tenant_id={running.Other.ProjectId}", running.Cloud.Admin);
        Assert.Equal(others.ToJsonString(), Assert.Single(picked)!.ToJsonString());
    }

    [Theory]
    [InlineData("device_id=SERVER", 1)]
    [InlineData("device_id=5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a&device_id=SERVER", 1)]
    [InlineData("device_id=nonsense", 0)]
    [InlineData("id=PORT&device_id=SERVER", 1)]
    [InlineData("id=SERVER", 0)]
    [InlineData("network_id=NETWORK", 1)]
    [InlineData("network_id=SERVER", 0)]
    [InlineData("mac_address=fa:16:3e:00:00:02", 1)]
    [InlineData("mac_address=fa:16:3e:00:00:0_", 0)]
    [InlineData("mac_address=%25", 0)]
    [InlineData("fixed_ips=ip_address=10.0.2.20", 1)]
    [InlineData("fixed_ips=ip_address=10.0.2.2", 0)]
    [InlineData("fixed_ips=ip_address_substr=0.2.2", 1)]
    [InlineData("fixed_ips=subnet_id=SUBNET&fixed_ips=ip_address=10.0.2.20", 1)]
    [InlineData("fixed_ips=subnet_id=NETWORK", 0)]
    [InlineData("security_groups=GROUP&status=ACTIVE&device_owner=compute:nova", 1)]
    [InlineData("status=DOWN", 0)]
    public async Task Ports_are_picked_by_what_they_are(string query, int expected)
    {
        foreach (var (word, path) in new[]
            { ("PORT", "ports"), ("NETWORK", "networks"), ("SUBNET", "subnets"), ("GROUP", "security-groups") })
            query = query.Replace(word, (string)(await running.ListAsync(path))[0]!["id"]!, StringComparison.Ordinal);
        query = query.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal);
        Assert.Equal(expected, (await running.ListAsync($"ports?{query}")).Count);
    }

    [Theory]
    [InlineData("binding:host_id=x", "['binding:host_id'] is invalid attribute for filtering")]
    [InlineData("fixed_ips=10.0.2.20", "Invalid input for operation: '10.0.2.20' is not of the form <key>=[value], "
        + "with ip_address, ip_address_substr or subnet_id.")]
    [InlineData("sort_key=status&sort_dir=asc", "['status'] is invalid attribute for sort_keys")]
    public async Task What_ports_cannot_be_picked_by_is_refused(string query, string message)
        => Assert.Equal((400, "HTTPBadRequest", message), await running.RefusalAsync("GET", $"ports?{query}"));

    [Fact]
    public async Task Ports_come_in_pages_in_both_directions()
    {
        var all = (await running.ListAsync("ports", running.Cloud.Admin)).Select(port => (string)port!["id"]!).ToList();
        var first = await running.Cloud.Admin.GetJsonAsync($"{NetworkCloud.Root}/ports?limit=1&fields=id");
        Assert.Equal(all[0], (string)first["ports"]![0]!["id"]!);
        var next = new Uri((string)first["ports_links"]![0]!["href"]!).PathAndQuery;
        var second = await running.Cloud.Admin.GetJsonAsync(next);
        Assert.Equal(all[1], (string)second["ports"]![0]!["id"]!);
        var back = await running.Cloud.Admin.GetJsonAsync(
            $"{NetworkCloud.Root}/ports?limit=1&marker={all[1]}&page_reverse=True");
        Assert.Equal(all[0], (string)Assert.Single(back["ports"]!.AsArray())!["id"]!);
        var previous = back["ports_links"]![0]!;
        Assert.Equal("previous", (string)previous["rel"]!);
        var before = await running.Cloud.Admin.GetJsonAsync(new Uri((string)previous["href"]!).PathAndQuery);
        Assert.Empty(before["ports"]!.AsArray());
        var down = await running.ListAsync("ports?sort_key=id&sort_dir=desc", running.Cloud.Admin);
        Assert.Equal(Enumerable.Reverse(all), down.Select(port => (string)port!["id"]!));
    }

    [Fact]
    public async Task A_port_is_down_while_its_server_is_off_and_gone_with_it()
    {
        var server = await running.Cloud.CreateServerAsync();
        await running.Cloud.DoAsync(server, """{"os-stop":null}""");
        var port = Assert.Single(await running.ListAsync($"ports?device_id={server}"))!;
        Assert.Equal("DOWN", (string)port["status"]!);
        await running.Cloud.DeleteAsync(server);
        Assert.Empty(await running.ListAsync($"ports?device_id={server}"));
        Assert.Equal(404, (await running.RefusalAsync("GET", $"ports/{port["id"]}")).Status);
    }
}
