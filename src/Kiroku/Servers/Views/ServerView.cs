using System.Collections.Frozen;
using System.Text.Json;
using Kiroku.Api;
using Kiroku.Networks;
using Kiroku.Nodes;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Views;

/// <summary>
/// Writes a server, key by key as each microversion has it (nova/api/openstack/compute/views/servers.py).
/// </summary>
internal readonly struct ServerView(HttpRequest request, Microversion version, bool isAdmin)
{
    private static readonly string[] WithProgress
        = ["ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"];

    /// <summary>The statuses of hosts, by their names, which administrators see.</summary>
    public IReadOnlyDictionary<string, string> HostStatuses { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The names of security groups but for default, by their ids.</summary>
    public IReadOnlyDictionary<Guid, string> GroupNames { get; init; } = FrozenDictionary<Guid, string>.Empty;

    /// <summary>The security groups that a creation asks for, as it calls them.</summary>
    public IReadOnlyList<string> AskedGroups { get; init; } = [SecurityGroup.Default];

    /// <summary>Writes id, name and links, as in a plain list.</summary>
    public void WriteBrief(Utf8JsonWriter json, Server server)
    {
        json.WriteStartObject();
        json.WriteString("id", server.Id);
        json.WriteString("name", server.Name);
        Links.WriteResource(json, request, $"servers/{server.Id}");
        json.WriteEndObject();
    }

    /// <summary>Writes a server that is shown alone.</summary>
    public void Write(Utf8JsonWriter json, Server server)
    {
        json.WriteStartObject();
        WriteKeys(json, server, all: true);
        if (version >= 16 && isAdmin)
            WriteHostStatus(json, server);
        WriteLaterKeys(json, server, alone: true);
        WriteZone(json, server);
        WriteSecurityGroups(json, server);
        json.WriteEndObject();
    }

    /// <summary>Writes a server in a detailed list, where its groups are not looked up.</summary>
    public void WriteListed(Utf8JsonWriter json, Server server)
    {
        json.WriteStartObject();
        WriteKeys(json, server, all: true);
        if (version >= 16 && isAdmin)
            WriteHostStatus(json, server);
        WriteLaterKeys(json, server, alone: false);
        WriteZone(json, server);
        WriteSecurityGroups(json, server);
        json.WriteEndObject();
    }

    /// <summary>Writes the answer to a rebuild, which has all keys only from 2.75 on.</summary>
    public void WriteRebuilt(Utf8JsonWriter json, Server server, string adminPass)
    {
        var all = version >= 75;
        json.WriteStartObject();
        WriteKeys(json, server, all, withUserData: false);
        if (!all && version >= 54)
            json.WriteString("key_name", server.Labels.Key?.Name);
        if (all && isAdmin)
            WriteHostStatus(json, server);
        WriteLaterKeys(json, server, alone: true);
        if (all)
        {
            WriteZone(json, server);
            // A node of the version before does not send the names.
            if (server.Labels.Groups is null || GroupNames.Count > 0)
                WriteSecurityGroups(json, server);
        }
        json.WriteString("adminPass", adminPass);
        if (version >= 57)
            json.WriteString("user_data", server.Labels.UserData);
        json.WriteEndObject();
    }

    /// <summary>Writes the answer to an update, which has all keys only from 2.75 on.</summary>
    public void WriteUpdated(Utf8JsonWriter json, Server server)
    {
        if (version >= 75)
        {
            Write(json, server);
            return;
        }
        json.WriteStartObject();
        WriteKeys(json, server, all: false);
        WriteLaterKeys(json, server, alone: true);
        json.WriteEndObject();
    }

    /// <summary>Writes the answer to a creation.</summary>
    public void WriteCreated(Utf8JsonWriter json, Server server, string adminPass)
    {
        json.WriteStartObject();
        json.WriteString("id", server.Id);
        Links.WriteResource(json, request, $"servers/{server.Id}");
        json.WriteString("OS-DCF:diskConfig", server.Labels.DiskConfig);
        json.WriteStartArray("security_groups");
        foreach (var name in AskedGroups)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("adminPass", adminPass);
        json.WriteEndObject();
    }

    private void WriteKeys(Utf8JsonWriter json, Server server, bool all, bool withUserData = true)
    {
        var status = ServerStatus.Of(server);
        json.WriteString("id", server.Id);
        json.WriteString("name", server.Name);
        json.WriteString("status", status);
        json.WriteString("tenant_id", server.ProjectId);
        json.WriteString("user_id", server.UserId);
        WriteMetadata(json, server);
        json.WriteString("hostId", HostIds.Of(server.ProjectId, server.Host));
        WriteImage(json, server);
        WriteFlavor(json, server.Flavor);
        json.WriteString("created", Timestamps.FormatSeconds(server.CreatedAt));
        json.WriteString("updated", Timestamps.FormatSeconds(server.UpdatedAt));
        ServerAddresses.Write(json, server, withCards: all);
        json.WriteString("accessIPv4", server.Labels.AccessIpv4);
        json.WriteString("accessIPv6", server.Labels.AccessIpv6);
        Links.WriteResource(json, request, $"servers/{server.Id}");
        json.WriteString("OS-DCF:diskConfig", server.Labels.DiskConfig);
        WriteFault(json, server, status);
        if (Array.IndexOf(WithProgress, status) >= 0)
            json.WriteNumber("progress", server.Progress);
        if (all)
        {
            json.WriteString("OS-EXT-AZ:availability_zone", server.AvailabilityZone ?? "");
            json.WriteString("config_drive", server.Labels.ConfigDrive ? "True" : "");
            json.WriteString("key_name", server.Labels.Key?.Name);
            WriteExtensions(json, server, withUserData);
        }
    }

    private void WriteExtensions(Utf8JsonWriter json, Server server, bool withUserData)
    {
        json.WriteString("OS-SRV-USG:launched_at", server.LaunchedAt is { } launched
            ? Timestamps.Format(launched)
            : null);
        json.WriteString("OS-SRV-USG:terminated_at", server.TerminatedAt is { } terminated
            ? Timestamps.Format(terminated)
            : null);
        if (isAdmin)
            WriteExtendedAttributes(json, server, withUserData);
        json.WriteString("OS-EXT-STS:task_state", server.TaskState);
        json.WriteString("OS-EXT-STS:vm_state", server.VmState);
        json.WriteNumber("OS-EXT-STS:power_state", (int)server.PowerState);
        WriteEmptyArray(json, "os-extended-volumes:volumes_attached");
    }

    private static void WriteMetadata(Utf8JsonWriter json, Server server)
    {
        json.WriteStartObject("metadata");
        foreach (var (key, value) in server.Metadata)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private void WriteImage(Utf8JsonWriter json, Server server)
    {
        json.WriteStartObject("image");
        json.WriteString("id", server.ImageId);
        Links.WriteBookmark(json, request, $"images/{server.ImageId}");
        json.WriteEndObject();
    }

    private void WriteFlavor(Utf8JsonWriter json, ServerFlavor flavor)
    {
        json.WriteStartObject("flavor");
        if (version >= 47)
        {
            json.WriteNumber("vcpus", flavor.Vcpus);
            json.WriteNumber("ram", flavor.MemoryMiB);
            json.WriteNumber("disk", flavor.DiskGiB);
            json.WriteNumber("ephemeral", 0);
            json.WriteNumber("swap", 0);
            json.WriteString("original_name", flavor.Name);
            json.WriteStartObject("extra_specs");
            foreach (var (name, value) in flavor.ExtraSpecs)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("id", flavor.Id);
            Links.WriteBookmark(json, request, $"flavors/{flavor.Id}");
        }
        json.WriteEndObject();
    }

    private void WriteFault(Utf8JsonWriter json, Server server, string status)
    {
        if (server.Fault is not { } fault || status is not ("ERROR" or "DELETED"))
            return;
        json.WriteStartObject("fault");
        json.WriteNumber("code", 500);
        json.WriteString("created", Timestamps.FormatSeconds(fault.Created));
        json.WriteString("message", fault.Message);
        if (isAdmin && fault.Details is { } details)
            json.WriteString("details", details);
        json.WriteEndObject();
    }

    private void WriteExtendedAttributes(Utf8JsonWriter json, Server server, bool withUserData)
    {
        json.WriteString("OS-EXT-SRV-ATTR:host", server.Host);
        json.WriteString("OS-EXT-SRV-ATTR:instance_name", $"kiroku-{server.Id}");
        json.WriteString("OS-EXT-SRV-ATTR:hypervisor_hostname", server.Host);
        if (version < 3)
            return;
        json.WriteString("OS-EXT-SRV-ATTR:hostname", Hostnames.Of(server));
        json.WriteString("OS-EXT-SRV-ATTR:kernel_id", "");
        json.WriteNumber("OS-EXT-SRV-ATTR:launch_index", server.Labels.LaunchIndex);
        json.WriteString("OS-EXT-SRV-ATTR:ramdisk_id", "");
        json.WriteString("OS-EXT-SRV-ATTR:reservation_id", server.Labels.ReservationId);
        json.WriteString("OS-EXT-SRV-ATTR:root_device_name", "/dev/vda");
        if (withUserData)
            json.WriteString("OS-EXT-SRV-ATTR:user_data", server.Labels.UserData);
    }

    private void WriteHostStatus(Utf8JsonWriter json, Server server)
        => json.WriteString(
            "host_status",
            server.Host is null ? "" : HostStatuses.GetValueOrDefault(server.Host, Service.UnknownStatus));

    private void WriteLaterKeys(Utf8JsonWriter json, Server server, bool alone)
    {
        if (version >= 9)
            json.WriteBoolean("locked", server.LockedBy is not null);
        if (version >= 73)
            json.WriteString("locked_reason", server.LockedReason);
        if (version >= 19)
            json.WriteString("description", server.Description);
        if (version >= 26)
        {
            json.WriteStartArray("tags");
            foreach (var tag in server.Labels.Tags)
                json.WriteStringValue(tag);
            json.WriteEndArray();
        }
        if (version >= 63)
            json.WriteNull("trusted_image_certificates");
        if (version >= 71 && alone)
            WriteServerGroups(json, server);
        if (version >= 90 && !isAdmin)
            json.WriteString("OS-EXT-SRV-ATTR:hostname", Hostnames.Of(server));
    }

    private static void WriteServerGroups(Utf8JsonWriter json, Server server)
    {
        json.WriteStartArray("server_groups");
        if (server.ServerGroupId is { } id)
            json.WriteStringValue(id);
        json.WriteEndArray();
    }

    private void WriteZone(Utf8JsonWriter json, Server server)
    {
        if (version >= 96)
            json.WriteString("pinned_availability_zone", server.Labels.PinnedZone);
    }

    /// <summary>As in Nova a server without a card does not have the key.</summary>
    private void WriteSecurityGroups(Utf8JsonWriter json, Server server)
    {
        if (server.Addresses.Count == 0 || server.GroupIds.Count == 0)
            return;
        json.WriteStartArray("security_groups");
        foreach (var id in server.GroupIds)
        {
            var isDefault = id == SecurityGroup.IdOf(server.ProjectId);
            if (GroupNames.GetValueOrDefault(id, isDefault ? SecurityGroup.Default : "") is not { Length: > 0 } name)
                continue;
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteEmptyArray(Utf8JsonWriter json, string key)
    {
        json.WriteStartArray(key);
        json.WriteEndArray();
    }
}
