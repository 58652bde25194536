using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Servers.Groups;

/// <summary>A server group as Nova shows it (nova/api/openstack/compute/server_groups.py).</summary>
internal readonly struct ServerGroupView(Microversion version)
{
    public void Write(Utf8JsonWriter json, ServerGroup group)
    {
        json.WriteStartObject();
        json.WriteString("id", group.Id);
        json.WriteString("name", group.Name);
        if (version >= 64)
            WritePolicy(json, group);
        else
            WritePolicies(json, group);
        json.WriteStartArray("members");
        foreach (var server in group.Members)
            json.WriteStringValue(server);
        json.WriteEndArray();
        if (version >= 13)
        {
            json.WriteString("project_id", group.ProjectId);
            json.WriteString("user_id", group.UserId);
        }
        json.WriteEndObject();
    }

    private static void WritePolicy(Utf8JsonWriter json, ServerGroup group)
    {
        json.WriteString("policy", group.Policy);
        json.WriteStartObject("rules");
        if (group.MaxServerPerHost is { } most)
            json.WriteNumber("max_server_per_host", most);
        json.WriteEndObject();
    }

    private static void WritePolicies(Utf8JsonWriter json, ServerGroup group)
    {
        json.WriteStartArray("policies");
        json.WriteStringValue(group.Policy);
        json.WriteEndArray();
        json.WriteStartObject("metadata");
        json.WriteEndObject();
    }
}
