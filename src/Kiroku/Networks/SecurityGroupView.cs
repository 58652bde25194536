using System.Text.Json.Nodes;
using Kiroku.Storage;

namespace Kiroku.Networks;

/// <summary>Groups and their rules as Neutron shows them (neutron/extensions/securitygroup.py).</summary>
internal static class SecurityGroupView
{
    public static readonly string[] GroupKeys = ["id", "name", "project_id", "tenant_id", "description"];

    public static readonly string[] RuleKeys =
    [
        "id", "security_group_id", "project_id", "tenant_id", "direction", "ethertype", "protocol", "port_range_min",
        "port_range_max", "remote_ip_prefix", "remote_group_id", "description",
    ];

    public static JsonObject Of(SecurityGroup group)
    {
        var view = new JsonObject
        {
            ["id"] = group.Id.ToString(),
            ["name"] = group.Name,
            ["project_id"] = group.ProjectId,
            ["tenant_id"] = group.ProjectId,
            ["description"] = group.Description,
            ["security_group_rules"] = new JsonArray([.. group.Rules.Select(Of)]),
        };
        if (group.Times is var (created, updated))
        {
            view["stateful"] = true;
            view["created_at"] = Timestamps.FormatSeconds(created);
            view["updated_at"] = Timestamps.FormatSeconds(updated);
        }
        return view;
    }

    public static JsonObject Of(GroupRule rule)
    {
        var view = new JsonObject
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
            ["description"] = rule.Description,
        };
        if (rule.CreatedAt is { } created)
        {
            view["created_at"] = Timestamps.FormatSeconds(created);
            view["updated_at"] = Timestamps.FormatSeconds(created);
        }
        return view;
    }
}
