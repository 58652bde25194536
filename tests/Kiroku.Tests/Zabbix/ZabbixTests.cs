using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Zabbix;

/// <summary>
/// The requests of Zabbix' templates "OpenStack by HTTP" and "OpenStack Nova by HTTP", version 7.0-0 (commit
/// <c>240b1f15</c>), and what their items read in the answers.
/// </summary>
public sealed class ZabbixTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private static readonly string[] Statuses =
    [
        "SHUTOFF", "ACTIVE", "PAUSED", "BUILD", "DELETED", "ERROR", "HARD_REBOOT", "MIGRATING", "PASSWORD", "REBOOT",
        "REBUILD", "RESCUE", "RESIZE", "REVERT_RESIZE", "SHELVED", "SHELVED_OFFLOADED", "SOFT_DELETED", "SUSPENDED",
        "UNKNOWN", "VERIFY_RESIZE",
    ];

    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task It_signs_in_by_an_application_credential_and_finds_nova_in_the_catalog()
    {
        var made = (await Cloud.Admin.AskAsync(
            "POST", $"/identity/v3/users/{Cloud.Admin.UserId}/application_credentials",
            """{"application_credential":{"name":"zabbix"}}""")).Body!["application_credential"]!;
        using var answer = await Cloud.App.TrySignInAsync("application_credential", new JsonObject
        {
            ["id"] = (string)made["id"]!,
            ["secret"] = (string)made["secret"]!,
        }, scope: null);
        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Single(answer.Headers.GetValues("X-Subject-Token"));
        var nova = Assert.Single((await TestApp.JsonAsync(answer))["token"]!["catalog"]!.AsArray(),
            service => (string)service!["name"]! == "nova")!;
        var endpoint = Assert.Single(
            nova["endpoints"]!.AsArray(), endpoint => (string)endpoint!["interface"]! == "public")!;
        Assert.EndsWith("/v2.1", (string)endpoint["url"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_items_find_their_values()
    {
        var zones = (await GetAsync("/os-availability-zone/detail"))["availabilityZoneInfo"]!.AsArray();
        Assert.All(zones, zone => Assert.True(
            (bool)zone!["zoneState"]!["available"]! && zone["hosts"]!.AsObject().Single().Value!.AsObject().Count > 0));
        var limits = (await GetAsync("/limits"))["limits"]!["absolute"]!;
        foreach (var key in new[] { "Instances", "RAM", "Cores" })
            Assert.True((int)limits[$"total{key}Used"]! >= 0
                && (int)limits[key == "RAM" ? "maxTotalRAMSize" : $"maxTotal{key}"]! >= -1);
        var hypervisor = Assert.Single((await GetAsync("/os-hypervisors/detail"))["hypervisors"]!.AsArray())!;
        Assert.Equal(("up", "enabled"), ((string)hypervisor["state"]!, (string)hypervisor["status"]!));
        Assert.All(["id", "hypervisor_hostname", "host_ip", "hypervisor_type", "hypervisor_version"],
            key => Assert.NotNull(hypervisor[key]));
        var service = Assert.Single((await GetAsync("/os-services"))["services"]!.AsArray())!.AsObject();
        Assert.Equal(("up", "enabled"), ((string)service["state"]!, (string)service["status"]!));
        Assert.All(["id", "binary", "host", "disabled_reason"], key => Assert.True(service.ContainsKey(key)));
    }

    [Fact]
    public async Task It_reads_the_servers_of_its_project()
    {
        var servers = (await Cloud.Demo.GetJsonAsync("/v2.1/servers"))["servers"]!.AsArray();
        Assert.Contains(servers, server => (string)server!["id"]! == running.Server.ToString());
        Assert.All(servers, server => Assert.NotNull(server!["name"]));
        var shown = (await Cloud.Demo.GetJsonAsync($"/v2.1/servers/{running.Server}"))["server"]!;
        Assert.Contains((string)shown["status"]!, Statuses);
    }

    [Theory]
    [InlineData("2020-1-1T00:00:00")]
    [InlineData("2020-11-1T00:00:00")]
    [InlineData("2020-11-29T00:00:00")]
    public async Task It_reads_the_tenants_usage_since_a_day_that_it_writes_without_zeros(string start)
    {
        var usages = (await GetAsync($"/os-simple-tenant-usage?start={Uri.EscapeDataString(start)}"))["tenant_usages"]!;
        var usage = Assert.Single(
            usages.AsArray(), usage => (string)usage!["tenant_id"]! == Cloud.Demo.ProjectId)!;
        Assert.All(["total_hours", "total_local_gb_usage", "total_memory_mb_usage", "total_vcpus_usage"],
            key => Assert.True((double)usage[key]! >= 0));
    }

    private Task<JsonNode> GetAsync(string path) => Cloud.Admin.GetJsonAsync("/v2.1" + path);
}
