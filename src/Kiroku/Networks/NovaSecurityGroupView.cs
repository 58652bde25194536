using System.Text.Json;

namespace Kiroku.Networks;

/// <summary>
/// Groups as Nova shows them: without the rules about what goes out, and with ports where Neutron has none
/// (nova/network/security_group_api.py, _convert_to_nova_security_group_format).
/// </summary>
internal static class NovaSecurityGroupView
{
    private const string Anywhere = "0.0.0.0/0";
    private const string AnywhereV6 = "::/0";

    public static void Write(Utf8JsonWriter json, SecurityGroup group)
    {
        json.WriteStartObject();
        json.WriteString("id", group.Id);
        json.WriteString("description", group.Description);
        json.WriteString("name", group.Name);
        json.WriteString("tenant_id", group.ProjectId);
        json.WriteStartArray("rules");
        foreach (var rule in group.Rules.Where(rule => rule.Passing.Direction == Passing.In))
            Write(json, rule);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, GroupRule rule)
    {
        var (first, last) = PortsOf(rule.Passing);
        json.WriteStartObject();
        json.WriteString("id", rule.Id);
        json.WriteString("parent_group_id", rule.GroupId);
        json.WriteString("ip_protocol", rule.Passing.Protocol);
        WriteNumber(json, "from_port", first);
        WriteNumber(json, "to_port", last);
        json.WriteStartObject("group");
        json.WriteEndObject();
        json.WriteStartObject("ip_range");
        json.WriteString("cidr", rule.Passing.Remote ?? (rule.Passing.Version == 6 ? AnywhereV6 : Anywhere));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static (int? First, int? Last) PortsOf(Passing passing) => passing switch
    {
        { Ports: var (first, last) } => (first, last),
        { Protocol: null } => (null, null),
        { Protocol: "tcp" or "udp" } => (1, 65535),
        _ => (-1, -1),
    };

    private static void WriteNumber(Utf8JsonWriter json, string key, int? number)
    {
        if (number is { } value)
            json.WriteNumber(key, value);
        else
            json.WriteNull(key);
    }
}
