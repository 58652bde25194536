using Kiroku.Hypervisors;
using Kiroku.Networks;

namespace Kiroku.Tests.Networks;

public sealed class SecurityGroupsTests(NetworkCloud running) : IClassFixture<NetworkCloud>
{
    [Fact]
    public async Task A_project_has_one_group_whose_rules_say_that_nothing_passes_but_what_qemu_answers_itself()
    {
        var group = Assert.Single(await running.ListAsync("security-groups"))!;
        Assert.Equal(("default", running.Cloud.Demo.ProjectId), ((string)group["name"]!, (string)group["project_id"]!));
        var rules = await running.ListAsync("security-group-rules");
        Assert.Equal(group["security_group_rules"]!.AsArray().Select(rule => (string)rule!["id"]!).Order(),
            rules.Select(rule => (string)rule!["id"]!));
        Assert.All(rules, rule => Assert.Equal(("egress", "IPv4", "10.0.2.2/31"),
            ((string)rule!["direction"]!, (string)rule["ethertype"]!, (string)rule["remote_ip_prefix"]!)));
        Assert.Empty(await running.ListAsync("security-group-rules?direction=ingress"));
        Assert.Equal(rules[0]!.ToJsonString(), (await running.Cloud.Demo.GetJsonAsync(
            $"{NetworkCloud.Root}/security-group-rules/{rules[0]!["id"]}"))["security_group_rule"]!.ToJsonString());
    }

    [Theory]
    [InlineData(NetworkKind.User, "egress 4, egress 6")]
    [InlineData(NetworkKind.Bridge, "egress 4, egress 6, ingress 4, ingress 6")]
    [InlineData(NetworkKind.Libvirt, "egress 4, egress 6, ingress 4, ingress 6")]
    [InlineData(NetworkKind.None, "")]
    public void What_passes_follows_from_the_network(NetworkKind kind, string expected)
    {
        var group = SecurityGroup.Of("p", new NetworkMap([("one", new HostNetwork(kind, "net"))]));
        Assert.Equal(expected, string.Join(", ",
            group.Rules.Select(rule => $"{rule.Passing.Direction} {rule.Passing.Version}")));
        Assert.All(group.Rules, rule => Assert.Null(rule.Passing.Remote));
    }

    [Fact]
    public void Networks_of_one_name_and_two_kinds_have_rules_of_their_own()
    {
        var (bridge, other) = (new HostNetwork(NetworkKind.Bridge, "lan"), new HostNetwork(NetworkKind.Libvirt, "lan"));
        var group = SecurityGroup.Of("p", new NetworkMap([("one", bridge), ("two", other)]));
        Assert.Equal(8, group.Rules.Select(rule => rule.Id).Distinct().Count());
    }

    [Fact]
    public void A_server_whose_networks_name_is_gone_is_in_the_network_of_its_host()
    {
        var alone = new HostNetwork(NetworkKind.Isolated, "isolated");
        var map = new NetworkMap([("one", alone), ("two", new HostNetwork(NetworkKind.Bridge, "a"))]);
        Assert.Equal("a", map.Named("user", "two")?.Name);
        Assert.Equal("isolated", map.Named("user", "one")?.Name);
        Assert.Equal("isolated", map.Named("isolated", "two")?.Name);
        Assert.Null(map.Named("user", null));
    }

    [Fact]
    public async Task A_project_sees_its_own_group_and_an_administrator_those_of_all_that_have_servers()
    {
        var own = (string)Assert.Single(await running.ListAsync("security-groups"))!["id"]!;
        var others = (string)Assert.Single(await running.ListAsync("security-groups", running.Other))!["id"]!;
        Assert.NotEqual(own, others);
        Assert.Equal(404, (await running.RefusalAsync("GET", $"security-groups/{others}")).Status);
        Assert.Empty(await running.ListAsync($"security-groups?project_id={running.Other.ProjectId}"));
        var all = (await running.ListAsync("security-groups", running.Cloud.Admin)).Select(
            group => (string)group!["id"]!).ToList();
        Assert.Contains(own, all);
        Assert.Contains(others, all);
        Assert.Equal(own, (string)Assert.Single(await running.ListAsync(
            $"security-groups?project_id={running.Cloud.Demo.ProjectId}", running.Cloud.Admin))!["id"]!);
    }

    [Fact]
    public async Task Quotas_say_that_nothing_can_be_made_and_what_there_is()
    {
        var project = running.Cloud.Demo.ProjectId;
        const string Expected =
            """{"network":0,"subnet":0,"port":-1,"security_group":1,"security_group_rule":2}""";
        foreach (var path in new[] { project, $"{project}/default" })
        {
            var shown = await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/quotas/{path}");
            Assert.Equal(Expected, shown["quota"]!.ToJsonString());
        }
        var details = await running.Cloud.Demo.GetJsonAsync($"{NetworkCloud.Root}/quotas/{project}/details");
        Assert.Equal("""{"used":1,"limit":-1,"reserved":0}""", details["quota"]!["port"]!.ToJsonString());

        Assert.Equal((403, "PolicyNotAuthorized", "(rule:get_quota) is disallowed by policy"),
            await running.RefusalAsync("GET", $"quotas/{running.Other.ProjectId}"));
        Assert.Equal(403, (await running.RefusalAsync("DELETE", $"quotas/{project}")).Status);
        var deleted = await running.Cloud.Admin.AskAsync("DELETE", $"{NetworkCloud.Root}/quotas/{project}");
        Assert.Equal(204, deleted.Status);
        Assert.Empty(await running.ListAsync("quotas", running.Cloud.Admin));
    }
}
