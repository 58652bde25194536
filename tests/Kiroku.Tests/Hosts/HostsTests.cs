using System.Text.Json.Nodes;
using Kiroku.Hypervisors;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Hosts;

public sealed class HostsTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private static readonly string[] Brief = ["id", "hypervisor_hostname", "state", "status"];

    private static readonly string[] Amounts =
    [
        "vcpus", "memory_mb", "local_gb", "vcpus_used", "memory_mb_used", "local_gb_used", "free_ram_mb",
        "free_disk_gb", "current_workload",
        "running_vms", "disk_available_least", "cpu_info",
    ];

    private Cloud Cloud => running.Cloud;

    private string Host => Cloud.App.Services.GetRequiredService<ServiceSettings>().Host;

    [Theory]
    [InlineData("2.1")]
    [InlineData("2.28")]
    [InlineData("2.53")]
    [InlineData("2.88")]
    public async Task Administrators_see_the_host_as_each_version_has_it(string version)
    {
        var listed = (await GetAsync("/os-hypervisors", version))["hypervisors"]!.AsArray().Single()!.AsObject();
        Assert.Equal(Brief, listed.Select(pair => pair.Key));
        Assert.Equal((Host, "up"), ((string)listed["hypervisor_hostname"]!, (string)listed["state"]!));
        var detailed = (await GetAsync("/os-hypervisors/detail", version))["hypervisors"]!.AsArray()
            .Single()!.AsObject();
        string[] middle = ["hypervisor_type", "hypervisor_version", "host_ip", "service"];
        Assert.Equal(
            [.. Brief, .. middle, .. version == "2.88" ? ["uptime"] : Amounts], detailed.Select(pair => pair.Key));
        var shown = (await GetAsync($"/os-hypervisors/{listed["id"]}", version))["hypervisor"]!;
        Assert.Equal(detailed["host_ip"]!.ToString(), shown["host_ip"]!.ToString());
        if (version != "2.88")
            Assert.Equal((16, 1, 1, 128, 1_000_000),
                (Number("vcpus"), Number("running_vms"), Number("vcpus_used"), Number("memory_mb_used"),
                    Number("hypervisor_version")));

        int Number(string key) => (int)detailed[key]!;
    }

    [Fact]
    public async Task A_host_is_found_by_its_name_with_its_servers()
    {
        var found =
            (await GetAsync($"/os-hypervisors?hypervisor_hostname_pattern={Host[..1]}&with_servers=true",
                "2.75"))["hypervisors"]![0]!;
        Assert.Contains(found["servers"]!.AsArray(), server => (string)server!["uuid"]! == running.Server.ToString());
        Assert.Equal(found["servers"]!.ToJsonString(),
            (await GetAsync($"/os-hypervisors/{Host}/servers", "2.1"))["hypervisors"]![0]!["servers"]!.ToJsonString());
        await AssertRefusedAsync("/os-hypervisors?hypervisor_hostname_pattern=nobody", "2.53", 404,
            "No hypervisor matching 'nobody' could be found.");
        await AssertRefusedAsync("/os-hypervisors?hypervisor_hostname_pattern=a&limit=1", "2.53", 400,
            "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.");
    }

    [Fact]
    public async Task Missing_hosts_and_pages_are_refused_as_by_nova()
    {
        await AssertRefusedAsync("/os-hypervisors/7", "2.1", 404, "Hypervisor with ID '7' could not be found.");
        await AssertRefusedAsync("/os-hypervisors/7", "2.53", 400, "Invalid uuid 7");
        await AssertRefusedAsync(
            "/os-hypervisors?moon=1", "2.53", 400, "Additional properties are not allowed ('moon' was unexpected)");
        await AssertRefusedAsync(
            "/os-hypervisors/7?moon=1", "2.53", 400, "Additional properties are not allowed ('moon' was unexpected)");
        Assert.Single((await GetAsync("/os-hypervisors?moon=1", "2.52"))["hypervisors"]!.AsArray());
        await AssertRefusedAsync("/os-hypervisors?marker=7", "2.33", 400, "marker [7] not found");
        await AssertRefusedAsync(
            "/os-hypervisors/statistics", "2.88", 404, "API version '2.88' is not supported on this method.");
        await AssertRefusedAsync(
            "/os-hypervisors/1/uptime", "2.88", 404, "API version '2.88' is not supported on this method.");
        await AssertRefusedAsync("/extensions/os-moon", "2.1", 404, "The resource could not be found.");
    }

    [Fact]
    public async Task Pages_statistics_and_uptime_are_shown()
    {
        var page = await GetAsync("/os-hypervisors?limit=1", "2.33");
        Assert.EndsWith("marker=1", (string)page["hypervisors_links"]![0]!["href"]!, StringComparison.Ordinal);
        Assert.Empty((await GetAsync("/os-hypervisors?marker=1", "2.33"))["hypervisors"]!.AsArray());
        Assert.Equal(
            1, (int)(await GetAsync("/os-hypervisors/statistics", "2.87"))["hypervisor_statistics"]!["count"]!);
        // The form that the stock client parses.
        Assert.Matches(
            @"^\s*\d\d:\d\d:\d\d\sup\s+(.+),\s+(\d+)\susers?,\s+load average:\s+[\d.]+, [\d.]+, [\d.]+$",
            (string)(await GetAsync("/os-hypervisors/1/uptime", "2.1"))["hypervisor"]!["uptime"]!);
    }

    [Fact]
    public async Task The_one_service_is_listed_and_up_only_while_the_hypervisor_answers()
    {
        await using var cloud = await Cloud.StartAsync();
        async Task<JsonNode> ServiceAsync()
            => (await cloud.Admin.GetJsonAsync(
                "/v2.1/os-services", ("OpenStack-API-Version", "compute 2.11")))["services"]!.AsArray().Single()!;
        var service = await ServiceAsync();
        Assert.Equal(
            ["binary", "host", "id", "zone", "status", "state", "updated_at", "disabled_reason", "forced_down"],
            service.AsObject().Select(pair => pair.Key));
        Assert.Equal(("nova-compute", "nova", "up"),
            ((string)service["binary"]!, (string)service["zone"]!, (string)service["state"]!));
        Assert.Empty(
            (await cloud.Admin.GetJsonAsync("/v2.1/os-services?binary=nova-scheduler"))["services"]!.AsArray());
        cloud.Hypervisor.Before = _ => throw new HypervisorException(
            HypervisorFailure.Unavailable, "measure the host", "gone");
        Assert.Equal("down", (string)(await ServiceAsync())["state"]!);
    }

    [Fact]
    public async Task Everybody_sees_the_zone_and_administrators_its_hosts()
    {
        var zone = (await Cloud.Demo.GetJsonAsync("/v2.1/os-availability-zone"))["availabilityZoneInfo"]!.AsArray()
            .Single()!;
        Assert.Equal("""{"zoneName":"nova","zoneState":{"available":true},"hosts":null}""", zone.ToJsonString());
        var detailed =
            (await GetAsync(
                "/os-availability-zone/detail", "2.1"))["availabilityZoneInfo"]![0]!["hosts"]![Host]!["nova-compute"]!;
        Assert.Equal((true, true), ((bool)detailed["available"]!, (bool)detailed["active"]!));
    }

    [Fact]
    public async Task Administrators_see_the_internal_zone_of_those_nodes_that_run_actions()
    {
        var zones = (await GetAsync("/os-availability-zone/detail", "2.1"))["availabilityZoneInfo"]!.AsArray();
        var zone = zones.Single(zone => (string)zone!["zoneName"]! == "internal")!;
        Assert.True((bool)zone["zoneState"]!["available"]!);
        var (host, services) = Assert.Single(zone["hosts"]!.AsObject());
        Assert.Equal((Host, "nova-conductor, nova-scheduler"),
            (host, string.Join(", ", services!.AsObject().Select(service => service.Key))));
        Assert.All(services.AsObject(), service => Assert.Equal((true, true),
            ((bool)service.Value!["available"]!, (bool)service.Value["active"]!)));
    }

    [Theory]
    [InlineData("/os-services")]
    [InlineData("/os-hypervisors")]
    [InlineData("/os-hypervisors/detail")]
    [InlineData("/os-hypervisors/statistics")]
    [InlineData("/os-hypervisors/1")]
    [InlineData("/os-hypervisors/1/uptime")]
    [InlineData("/os-availability-zone/detail")]
    [InlineData("/os-simple-tenant-usage")]
    public async Task Hosts_are_for_administrators(string path)
    {
        using var answer = await Cloud.Demo.GetAsync("/v2.1" + path);
        Assert.Equal(403, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Extensions_are_listed_and_shown()
    {
        var all = (await Cloud.Demo.GetJsonAsync("/v2.1/extensions"))["extensions"]!.AsArray();
        Assert.Contains(all, extension => (string)extension!["alias"]! == "os-simple-tenant-usage");
        foreach (var extension in all)
            Assert.Equal(extension!.ToJsonString(),
                (await Cloud.Demo.GetJsonAsync($"/v2.1/extensions/{extension["alias"]}"))["extension"]!.ToJsonString());
    }

    [Theory]
    [InlineData("os-volume_attachments", """{"volumeAttachments":[]}""")]
    [InlineData("os-interface", """{"interfaceAttachments":[]}""")]
    [InlineData("os-security-groups", """{"security_groups":[]}""")]
    [InlineData("ips", """{"addresses":{}}""")]
    public async Task A_server_has_no_volumes_interfaces_or_groups(string route, string document)
    {
        Assert.Equal(
            document, (await Cloud.Demo.GetJsonAsync($"/v2.1/servers/{running.Server}/{route}")).ToJsonString());
        using var unknown = await Cloud.Demo.GetAsync($"/v2.1/servers/{Guid.NewGuid()}/{route}");
        using var others = await running.Other.GetAsync($"/v2.1/servers/{running.Server}/{route}");
        Assert.Equal((404, 404), ((int)unknown.StatusCode, (int)others.StatusCode));
    }

    [Fact]
    public async Task A_server_is_in_no_network()
    {
        using var answer = await Cloud.Demo.GetAsync($"/v2.1/servers/{running.Server}/ips/private");
        Assert.Equal((404, "Instance is not a member of specified network"),
            ((int)answer.StatusCode, (string)(await TestApp.JsonAsync(answer))["itemNotFound"]!["message"]!));
    }

    private Task<JsonNode> GetAsync(string path, string version)
        => Cloud.Admin.GetJsonAsync("/v2.1" + path, ("OpenStack-API-Version", $"compute {version}"));

    private async Task AssertRefusedAsync(string path, string version, int status, string message)
    {
        using var answer = await Cloud.Admin.GetAsync("/v2.1" + path, ("OpenStack-API-Version", $"compute {version}"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(message, (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
    }
}
