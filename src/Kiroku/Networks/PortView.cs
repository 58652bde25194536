using System.Text.Json.Nodes;
using Kiroku.Storage;

namespace Kiroku.Networks;

/// <summary>A port as Neutron shows it (neutron-lib, api/definitions/port.py).</summary>
internal static class PortView
{
    public static readonly string[] Keys =
    [
        "id", "name", "network_id", "project_id", "tenant_id", "mac_address", "admin_state_up", "status", "device_id",
        "device_owner", "fixed_ips", "security_groups", "description",
    ];

    public static JsonObject Of(Port port) => new()
    {
        ["id"] = port.Id.ToString(),
        ["name"] = "",
        ["network_id"] = port.Network.Id.ToString(),
        ["project_id"] = port.Card.ProjectId,
        ["tenant_id"] = port.Card.ProjectId,
        ["mac_address"] = port.Mac,
        ["admin_state_up"] = true,
        ["status"] = port.Status,
        ["device_id"] = port.Card.Id.ToString(),
        ["device_owner"] = "compute:nova",
        ["fixed_ips"] = new JsonArray([.. port.Known.Select(known => new JsonObject
        {
            ["subnet_id"] = known.Subnet?.Id.ToString(),
            ["ip_address"] = known.Address,
        })]),
        ["security_groups"] = new JsonArray([.. port.Card.Groups.Select(group => group.ToString())]),
        ["description"] = "",
        ["created_at"] = Timestamps.FormatSeconds(port.Card.CreatedAt),
        ["updated_at"] = Timestamps.FormatSeconds(port.Card.UpdatedAt),
    };
}
