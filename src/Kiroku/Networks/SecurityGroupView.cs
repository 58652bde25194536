using System.Text.Json.Nodes;

namespace Kiroku.Networks;

/// <summary>Groups and their rules as Neutron shows them (neutron/extensions/securitygroup.py).</summary>
internal static class SecurityGroupView
{
    public const string GroupDescription = "What this cloud's networks let through. It cannot be changed.";

    public static readonly string[] GroupKeys = ["id", "name", "project_id", "tenant_id", "description"];

    public static readonly string[] RuleKeys =
    [
        "id", "security_group_id", "project_id", "tenant_id", "direction", "ethertype", "protocol", "port_range_min",
        "port_range_max", "remote_ip_prefix", "remote_group_id", "description",
    ];

    public static JsonObject Of(SecurityGroup group) => new()
    {
        ["id"] = group.Id.ToString(),
        ["name"] = SecurityGroup.Name,
        ["project_id"] = group.ProjectId,
        ["tenant_id"] = group.ProjectId,
        ["description"] = GroupDescription,
        ["security_group_rules"] = new JsonArray([.. group.Rules.Select(Of)]),
    };

    public static JsonObject Of(GroupRule rule) => new()
    {
        ["id"] = rule.Id.ToString(),
        ["security_group_id"] = rule.GroupId.ToString(),
        ["project_id"] = rule.ProjectId,
        ["tenant_id"] = rule.ProjectId,
        ["direction"] = rule.Passing.Direction,
        ["ethertype"] = $"IPv{rule.Passing.Version}",
        ["protocol"] = rule.Passing.Protocol,
        ["port_range_min"] = rule.Passing.Ports?.First,
        ["port_range_max"] = rule.Passing.Ports?.Last,
        ["remote_ip_prefix"] = rule.Passing.Remote,
        ["remote_group_id"] = null,
        ["description"] = $"In the network {rule.Network.Name}.",
    };
}
