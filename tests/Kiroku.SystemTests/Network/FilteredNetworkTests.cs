using Kiroku.Hypervisors;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Network;

/// <summary>Security groups on a real libvirt network, with real packets to and from a guest.</summary>
public sealed class FilteredNetworkTests(FilteredNetworkTests.FilteredService service) : ServiceTests(service),
IClassFixture<FilteredNetworkTests.FilteredService>
{
    private const string Root = "/network/v2.0";

    private const string Pings = $"""
        #!/bin/sh
        while :; do
          if busybox ping -c 1 -W 1 {Outsider.Address} >/dev/null 2>&1; then echo KIROKU PING yes; else
            echo KIROKU PING no; fi
          sleep 1
        done
        """;

    [Fact]
    public async Task Just_what_the_groups_of_a_server_say_passes_while_it_runs_and_when_it_starts()
    {
        await using var outsider = await Outsider.ConnectAsync(service.Daemon);
        var server = await NewServerAsync(userData: Pings);
        var address = (string)(await server.ShowAsync())["addresses"]![NetworkedLibvirtd.Walled]![0]!["addr"]!;
        // Nothing was changed, so nothing is filtered.
        await ReachesAsync(outsider, address, 99, expected: true);
        await PingsAsync(server, "yes");

        var group = (string)(await Service.Demo.ReadAsync($"{Root}/security-groups"))["security_groups"]![0]!["id"]!;
        await DeleteRulesAsync("direction=ingress");
        await ReachesAsync(outsider, address, 99, expected: false);
        await PingsAsync(server, "yes");
        await DeleteRulesAsync("direction=egress");
        await PingsAsync(server, "no");

        var made = await Service.Demo.PostAsync(
            $"{Root}/security-groups", """{"security_group": {"name": "web"} }""");
        var web = (string)made.Json["security_group"]!["id"]!;
        Assert.Equal(201, (await Service.Demo.PostAsync($"{Root}/security-group-rules", $$"""
            {"security_group_rule": {"security_group_id": "{{web}}", "direction": "ingress", "protocol": "tcp",
                "port_range_min": 99, "port_range_max": 99, "remote_ip_prefix": "10.79.0.0/24"} }
            """)).Status);
        Assert.Equal(202, (await Service.Demo.PostAsync(
            $"/v2.1/servers/{server.Id}/action", """{"addSecurityGroup": {"name": "web"} }""")).Status);
        await ReachesAsync(outsider, address, 99, expected: true);
        await PingsAsync(server, "yes");
        Assert.False(await outsider.ReachesAsync(address, 98));

        await server.DoAsync("""{"reboot": {"type": "HARD"} }""", "ACTIVE");
        await ReachesAsync(outsider, address, 99, expected: true);
        Assert.False(await outsider.ReachesAsync(address, 98));
        Assert.NotEqual(group, web);

        await server.DeleteAsync();
        Assert.Equal(0, new LibvirtNetwork(service.Daemon.Uri, NetworkedLibvirtd.Walled).CountFilters());
    }

    [Fact]
    public async Task Where_packets_are_routed_past_filters_the_host_says_so_and_takes_none()
    {
        await using var host = service.Daemon.Connect(NetworkedLibvirtd.Lan);
        var network = await host.GetNetworkAsync(TestContext.Current.CancellationToken);
        Assert.Equal((false, "what is routed into its network lan passes no filter"),
            (network.FiltersCards, network.WhyUnfiltered));
        var spec = new MachineSpec(Guid.NewGuid(), "machine", 1, 64, "disk") { Filter = new CardFilter([]) };
        var refused = await Assert.ThrowsAsync<HypervisorException>(
            () => host.DefineAsync(spec, TestContext.Current.CancellationToken));
        Assert.Equal((HypervisorFailure.NotSupported, $"{Operations.Filter}: {network.WhyUnfiltered}"),
            (refused.Failure, refused.Operation));
    }

    private static Task ReachesAsync(Outsider outsider, string address, int port, bool expected) => Poll.UntilAsync(
        $"{address}:{port} to be {(expected ? "reached" : "closed")}",
        async () => await outsider.ReachesAsync(address, port) == expected, TimeSpan.FromMinutes(3));

    /// <summary>Waits until the guest's next pings, by the second of them, end so.</summary>
    private static async Task PingsAsync(TestServer server, string expected)
    {
        var before = (await server.ConsoleAsync()).Length;
        await Poll.UntilAsync(
            $"the guest's pings to end with {expected}",
            async () => (await server.ConsoleAsync())[before..].Contains(
                $"KIROKU PING {expected}", StringComparison.Ordinal),
            TimeSpan.FromMinutes(3), server.ConsoleAsync);
    }

    private async Task DeleteRulesAsync(string which)
    {
        var rules = (await Service.Demo.ReadAsync($"{Root}/security-group-rules?{which}"))["security_group_rules"]!;
        foreach (var rule in rules.AsArray())
            await Service.Demo.SendAsync(HttpMethod.Delete, $"{Root}/security-group-rules/{rule!["id"]}");
    }

    public sealed class FilteredService : TestService
    {
        internal NetworkedLibvirtd Daemon { get; private set; } = null!;

        internal override Dictionary<string, string> Settings => new(base.Settings)
        {
            ["Hypervisors__Uri"] = Daemon.Uri,
            ["Hypervisors__Network"] = NetworkedLibvirtd.Walled,
        };

        internal override async Task PrepareDataAsync()
        {
            RealParts.Require("/usr/sbin/iptables", "/usr/sbin/ebtables", "/usr/bin/nsenter");
            Daemon = await NetworkedLibvirtd.StartAsync();
            await base.PrepareDataAsync();
        }

        internal override async Task RemoveDataAsync()
        {
            await Daemon.DisposeAsync();
            await base.RemoveDataAsync();
        }
    }
}
