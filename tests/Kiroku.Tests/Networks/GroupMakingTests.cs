using Kiroku.Hypervisors;
using static Kiroku.Tests.Networks.FilteredCloud;

namespace Kiroku.Tests.Networks;

/// <summary>Security groups and rules where hosts enforce them, as Neutron has them.</summary>
public sealed class GroupMakingTests : IAsyncLifetime
{
    private const string Ssh = ""","protocol":"tcp","port_range_min":22,"port_range_max":22""";
    private const string NoId = "5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a";

    private FilteredCloud running = null!;

    public async ValueTask InitializeAsync() => running = await FilteredCloud.StartAsync();

    public ValueTask DisposeAsync() => running.DisposeAsync();

    [Fact]
    public async Task A_group_is_made_changed_and_deleted()
    {
        var (status, made) = await running.AskAsync("POST", "security-groups",
            """{"security_group":{"name":"web","description":"d","stateful":true}}""");
        var group = made!["security_group"]!;
        Assert.Equal((201, "web", "d", true, running.Cloud.Demo.ProjectId),
            (status, (string)group["name"]!, (string)group["description"]!, (bool)group["stateful"]!,
                (string)group["project_id"]!));
        Assert.Equal(["egress IPv4", "egress IPv6"], group["security_group_rules"]!.AsArray().Select(
            rule => $"{rule!["direction"]} {rule["ethertype"]}").Order());
        var id = (string)group["id"]!;
        var (changed, renamed) = await running.AskAsync(
            "PUT", $"security-groups/{id}", """{"security_group":{"name":"www"}}""");
        Assert.Equal((200, "www", "d"), (changed, (string)renamed!["security_group"]!["name"]!,
            (string)renamed["security_group"]!["description"]!));
        Assert.Equal(["default", "www"],
            (await running.ListAsync("security-groups")).Select(one => (string)one!["name"]!).Order());
        Assert.Equal(id, (string)Assert.Single(await running.ListAsync("security-groups?name=www"))!["id"]!);
        Assert.Equal(204, (await running.AskAsync("DELETE", $"security-groups/{id}")).Status);
        Assert.Equal(404, (await running.AskAsync("GET", $"security-groups/{id}")).Status);
    }

    [Fact]
    public async Task A_rule_is_made_and_deleted()
    {
        var group = await running.GroupAsync("web");
        var (status, made) = await running.AskAsync("POST", "security-group-rules", Rule(
            group, Ssh + ""","remote_ip_prefix":"192.0.2.9/24","description":"ssh" """));
        var rule = made!["security_group_rule"]!;
        Assert.Equal((201, group, "ingress", "IPv4", "tcp", 22, 22, "192.0.2.0/24", "ssh"),
            (status, (string)rule["security_group_id"]!, (string)rule["direction"]!, (string)rule["ethertype"]!,
                (string)rule["protocol"]!, (int)rule["port_range_min"]!, (int)rule["port_range_max"]!,
                (string)rule["remote_ip_prefix"]!, (string)rule["description"]!));
        var id = (string)rule["id"]!;
        Assert.Equal(id, (string)Assert.Single(
            await running.ListAsync($"security-group-rules?security_group_id={group}&direction=ingress"))!["id"]!);
        Assert.Equal(204, (await running.AskAsync("DELETE", $"security-group-rules/{id}")).Status);
        Assert.Equal((404, "SecurityGroupRuleNotFound", $"Security group rule {id} does not exist"),
            await running.RefusalAsync("DELETE", $"security-group-rules/{id}"));
    }

    [Theory]
    [InlineData(""","protocol":"tcp","port_range_min":22,"port_range_max":22""", 409, "SecurityGroupRuleExists",
        "Security group rule already exists. Rule id is ")]
    [InlineData(""","protocol":6,"port_range_min":"22","port_range_max":22""", 409, "SecurityGroupRuleExists",
        "Security group rule already exists. Rule id is ")]
    [InlineData(""","direction":"in" """, 400, "HTTPBadRequest",
        "Invalid input for direction. Reason: 'in' is not in ['ingress', 'egress'].")]
    [InlineData(""","ethertype":"IPX" """, 400, "SecurityGroupRuleInvalidEtherType", "ethertype 'IPX' not supported")]
    [InlineData(""","protocol":"nonsense" """, 400, "SecurityGroupRuleInvalidProtocol", "protocol nonsense not")]
    [InlineData(""","protocol":256""", 400, "SecurityGroupRuleInvalidProtocol", "protocol 256 not supported")]
    [InlineData(""","protocol":"gre" """, 400, "HTTPBadRequest", "cannot tell the protocol gre from others")]
    [InlineData(""","port_range_min":1,"port_range_max":2""", 400, "SecurityGroupProtocolRequiredWithPorts",
        "Must also specify protocol if port range is given.")]
    [InlineData(""","protocol":"tcp","port_range_min":9,"port_range_max":2""", 400, "SecurityGroupInvalidPortRange",
        "port_range_min must be <= port_range_max")]
    [InlineData(""","protocol":"udp","port_range_min":0,"port_range_max":2""", 400, "SecurityGroupInvalidPortValue",
        "Invalid value for port 0")]
    [InlineData(""","protocol":"udp","port_range_min":1,"port_range_max":65536""", 400,
        "SecurityGroupInvalidPortValue", "Invalid value for port 65536")]
    [InlineData(""","protocol":"udp","port_range_min":1""", 400, "SecurityGroupInvalidPortRange", "must be <=")]
    [InlineData(""","protocol":"esp","port_range_min":1,"port_range_max":1""", 400,
        "SecurityGroupInvalidProtocolForPort", "Invalid protocol esp for port range")]
    [InlineData(""","protocol":"icmp","port_range_min":256""", 400, "SecurityGroupInvalidIcmpValue",
        "Invalid value for ICMP type (port_range_min) 256. It must be 0 to 255.")]
    [InlineData(""","protocol":"icmp","port_range_max":0""", 400, "SecurityGroupMissingIcmpType", "is missing")]
    [InlineData(""","remote_ip_prefix":"10.0.0.0/33" """, 400, "HTTPBadRequest", "'10.0.0.0/33' is not a valid")]
    [InlineData(""","remote_ip_prefix":"fd00::/8" """, 400, "SecurityGroupRuleParameterConflict",
        "Conflicting value ethertype IPv4 for CIDR fd00::/8")]
    [InlineData(""","remote_group_id":"5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a" """, 400, "HTTPBadRequest",
        "cannot tell servers of a group from others")]
    [InlineData(""","nonsense":1""", 400, "HTTPBadRequest", "Unrecognized attribute(s) 'nonsense'")]
    public async Task A_rule_that_is_there_or_makes_no_sense_is_refused_in_neutrons_words(
        string keys, int status, string type, string message)
    {
        var group = await running.GroupAsync("web");
        await running.RuleAsync(group, Ssh);
        var refusal = await running.RefusalAsync("POST", "security-group-rules", Rule(group, keys));
        Assert.Equal((status, type), (refusal.Status, refusal.Type));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_group_default_is_neither_deleted_renamed_nor_made_again()
    {
        Assert.Equal((409, "SecurityGroupCannotRemoveDefault",
                "Insufficient rights for removing default security group."),
            await running.RefusalAsync("DELETE", $"security-groups/{running.Default}"));
        Assert.Equal((409, "SecurityGroupCannotUpdateDefault", "Updating default security group not allowed."),
            await running.RefusalAsync(
                "PUT", $"security-groups/{running.Default}", """{"security_group":{"name":"x"}}"""));
        Assert.Equal((409, "SecurityGroupDefaultAlreadyExists", "Default security group already exists."),
            await running.RefusalAsync("POST", "security-groups", """{"security_group":{"name":"default"}}"""));
    }

    [Fact]
    public async Task Its_rules_are_its_projects_own_from_the_first_change_on()
    {
        var before = await running.ListAsync("security-group-rules");
        Assert.Equal(4, before.Count);
        var ingress = before.First(rule => (string)rule!["direction"]! == "ingress")!;
        Assert.Equal(204, (await running.AskAsync("DELETE", $"security-group-rules/{ingress["id"]}")).Status);
        Assert.Equal(before.Select(rule => (string)rule!["id"]!).Where(id => id != (string)ingress["id"]!).Order(),
            (await running.ListAsync("security-group-rules")).Select(rule => (string)rule!["id"]!).Order());
    }

    [Fact]
    public async Task Another_projects_groups_are_not_there_and_an_administrator_makes_some_for_a_project()
    {
        var group = await running.GroupAsync("web");
        var rule = await running.RuleAsync(group, Ssh);
        var other = await People.AddAsync(running.Cloud.App, "other", "other", "member");
        var reader = await People.AddAsync(running.Cloud.App, "reader", "demo", "reader");
        foreach (var (method, path) in new[]
        {
            ("GET", $"security-groups/{group}"), ("DELETE", $"security-groups/{group}"),
            ("DELETE", $"security-group-rules/{rule}"),
        })
        {
            Assert.Equal(404, (await running.AskAsync(method, path, user: other)).Status);
        }
        Assert.Equal(404, (await running.AskAsync("POST", "security-group-rules", Rule(group, ""), other)).Status);
        var named = $$$"""{"security_group":{"name":"a","project_id":"{{{running.Cloud.Demo.ProjectId}}}"}}""";
        Assert.Equal(403, (await running.AskAsync("POST", "security-groups", named, other)).Status);
        Assert.Equal(403, (await running.AskAsync("POST", "security-groups", named, reader)).Status);
        Assert.Equal(201, (await running.AskAsync("POST", "security-groups", named, running.Cloud.Admin)).Status);
        Assert.Equal(3, (await running.ListAsync("security-groups")).Count);
    }

    [Fact]
    public async Task No_more_are_made_than_the_settings_allow()
    {
        await using var small = await FilteredCloud.StartAsync(
            ("Networks:SecurityGroups", "2"), ("Networks:SecurityGroupRules", "7"));
        var group = await small.GroupAsync("web");
        Assert.Equal((409, "OverQuota", "Quota exceeded for resources: ['security_group']."),
            await small.RefusalAsync("POST", "security-groups", """{"security_group":{"name":"b"}}"""));
        await small.RuleAsync(group, Ssh);
        Assert.Equal((409, "OverQuota", "Quota exceeded for resources: ['security_group_rule']."),
            await small.RefusalAsync("POST", "security-group-rules", Rule(group, "")));
        var details = await small.Cloud.Demo.GetJsonAsync(
            $"/network/v2.0/quotas/{small.Cloud.Demo.ProjectId}/details");
        Assert.Equal("""{"used":2,"limit":2,"reserved":0}""", details["quota"]!["security_group"]!.ToJsonString());
        Assert.Equal("""{"used":7,"limit":7,"reserved":0}""",
            details["quota"]!["security_group_rule"]!.ToJsonString());
    }

    [Fact]
    public async Task Where_a_host_cannot_filter_none_is_made_and_the_reason_is_said_but_what_is_there_can_go()
    {
        var group = await running.GroupAsync("web");
        var rule = await running.RuleAsync(group, Ssh);
        await running.OnAsync(new HostNetwork(NetworkKind.Bridge, "plain") { WhyUnfiltered = "it has no ebtables" });
        var refusal = await running.RefusalAsync("POST", "security-groups", """{"security_group":{"name":"b"}}""");
        Assert.Equal((403, "PolicyNotAuthorized"), (refusal.Status, refusal.Type));
        Assert.EndsWith(
            "It cannot be enforced on every host: it has no ebtables.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(403, (await running.AskAsync("POST", "security-group-rules", Rule(group, ""))).Status);
        Assert.Equal(204, (await running.AskAsync("DELETE", $"security-group-rules/{rule}")).Status);
        Assert.Equal(204, (await running.AskAsync("DELETE", $"security-groups/{group}")).Status);
    }

    [Fact]
    public async Task Nova_makes_changes_and_deletes_them_in_its_own_form()
    {
        var demo = running.Cloud.Demo;
        var (status, made) = await demo.AskAsync("POST", "/v2.1/os-security-groups",
            """{"security_group":{"name":"web","description":"d"}}""");
        Assert.Equal(200, status);
        var group = (string)made!["security_group"]!["id"]!;
        var (added, rule) = await demo.AskAsync("POST", "/v2.1/os-security-group-rules", $$$"""
            {"security_group_rule":{"parent_group_id":"{{{group}}}","ip_protocol":"icmp","from_port":-1,"to_port":-1,
                "cidr":"192.0.2.0/24"}}
            """);
        Assert.Equal((200, "icmp", -1, "192.0.2.0/24"), (added, (string)rule!["security_group_rule"]!["ip_protocol"]!,
            (int)rule["security_group_rule"]!["from_port"]!,
            (string)rule["security_group_rule"]!["ip_range"]!["cidr"]!));
        var id = (string)rule["security_group_rule"]!["id"]!;
        var shown = await demo.GetJsonAsync($"/v2.1/os-security-groups/{group}");
        Assert.Equal(id, (string)Assert.Single(shown["security_group"]!["rules"]!.AsArray())!["id"]!);
        Assert.Equal(202, (await demo.AskAsync("DELETE", $"/v2.1/os-security-group-rules/{id}")).Status);
        Assert.Equal(200, (await demo.AskAsync("PUT", $"/v2.1/os-security-groups/{group}",
            """{"security_group":{"name":"www","description":"d"}}""")).Status);
        Assert.Equal(202, (await demo.AskAsync("DELETE", $"/v2.1/os-security-groups/{group}")).Status);
        Assert.Equal(404, (await demo.AskAsync("GET", $"/v2.1/os-security-groups/{NoId}")).Status);
    }
}
