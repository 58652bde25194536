using System.Collections.Frozen;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Lists;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>
/// Reads the order of a list from sort_key and sort_dir, each of which may be given several times.
/// </summary>
internal static class ServerOrder
{
    /// <summary>All servers are equal by it.</summary>
    private static SortKey Nothing => new(_ => 0, "0");

    private static readonly FrozenDictionary<string, SortKey> Keys = new Dictionary<string, SortKey>
    {
        ["access_ip_v4"] = new(server => server.Labels.AccessIpv4, ServerColumns.AccessIpv4),
        ["access_ip_v6"] = new(server => server.Labels.AccessIpv6, ServerColumns.AccessIpv6),
        ["auto_disk_config"] = new(server => server.Labels.DiskConfig, ServerColumns.DiskConfig),
        ["availability_zone"] = new(
            server => server.AvailabilityZone, ServerColumns.AvailabilityZone, IsNullable: true),
        ["config_drive"] = new(server => server.Labels.ConfigDrive ? "True" : "", ServerColumns.ConfigDrive),
        ["created_at"] = SortKey.CreatedAt,
        ["display_description"] = new(server => server.Description, "description", IsNullable: true),
        ["display_name"] = new(server => server.Name, "name"),
        ["host"] = new(server => server.Host, "host", IsNullable: true),
        ["hostname"] = new(Hostnames.Of),
        ["image_ref"] = new(server => server.ImageId, "image_id"),
        ["instance_type_id"] = new(server => server.Flavor.Id, ServerColumns.FlavorId),
        ["kernel_id"] = Nothing,
        ["key_name"] = new(server => server.Labels.Key?.Name, ServerColumns.KeyName, IsNullable: true),
        ["launch_index"] = new(server => server.Labels.LaunchIndex, ServerColumns.LaunchIndex),
        ["launched_at"] = new(server => server.LaunchedAt, "launched_at", IsNullable: true),
        ["locked_by"] = new(server => server.LockedBy, "locked_by", IsNullable: true),
        ["node"] = new(server => server.Host, "host", IsNullable: true),
        ["power_state"] = new(server => (int)server.PowerState, "power_state"),
        ["progress"] = new(server => server.Progress, "progress"),
        ["project_id"] = new(server => server.ProjectId, "project_id"),
        ["ramdisk_id"] = Nothing,
        ["root_device_name"] = Nothing,
        ["task_state"] = new(server => server.TaskState, "task_state", IsNullable: true),
        ["terminated_at"] = new(server => server.TerminatedAt, "terminated_at", IsNullable: true),
        ["updated_at"] = new(server => server.UpdatedAt, "updated_at"),
        ["user_id"] = new(server => server.UserId, "user_id"),
        ["uuid"] = SortKey.Id,
        ["vm_state"] = new(server => server.VmState, "vm_state"),
    }.ToFrozenDictionary();

    /// <summary>The keys that are accepted without effect before 2.75, because Nova once had them.</summary>
    private static readonly FrozenSet<string> Ignored = new[]
    {
        "architecture", "cell_name", "cleaned", "default_ephemeral_device", "default_swap_device", "deleted",
        "deleted_at", "disable_terminate", "ephemeral_gb", "ephemeral_key_uuid", "id", "key_data", "launched_on",
        "locked", "memory_mb", "os_type", "reservation_id", "root_gb", "shutdown_terminate", "user_data", "vcpus",
        "vm_mode",
    }.ToFrozenSet();

    /// <exception cref="Fault">400: an unknown key or direction; 403: a key that only administrators may sort
    /// by.</exception>
    public static ServerSorting Read(QueryParameters parameters, Microversion version, Caller caller)
    {
        var keys = parameters.All("sort_key").ToList();
        foreach (var key in keys)
        {
            if (!Keys.ContainsKey(key) && (version >= 75 ? key != "locked" : !Ignored.Contains(key)))
                throw QueryParameters.Invalid(
                    "sort_key", key,
                    $"{PythonText.Quote(key)} is not one of [{string.Join(", ", Allowed(version))}]");
        }
        var directions = parameters.All("sort_dir").ToList();
        if (directions.Exists(direction => direction is not ("asc" or "desc")))
            throw Fault.BadRequest("Invalid input received: Unknown sort direction, must be 'desc' or 'asc'");
        if (directions.Count > Math.Max(keys.Count, 1))
            throw Fault.BadRequest("Invalid input received: Sort direction array size exceeds sort key array size");
        if (keys.Find(key => key is "host" or "node") is { } hidden && !caller.IsAdmin)
            throw new Fault(403, $"Only administrators can sort servers by {hidden}");
        if (keys.Count == 0 && directions.Count == 0)
            return ServerSorting.NewestFirst;
        var last = directions.LastOrDefault("desc");
        return ServerSorting.By(
        [
            .. (keys.Count == 0 ? ["created_at"] : keys).Select((key, index)
                => Keys.GetValueOrDefault(key, Nothing) with
                {
                    IsDescending = (directions.ElementAtOrDefault(index) ?? last) == "desc",
                }),
        ]);
    }

    private static IEnumerable<string> Allowed(Microversion version)
        => Keys.Keys.Order(StringComparer.Ordinal).Concat(version >= 75
            ? []
            : Ignored.Order(StringComparer.Ordinal)).Select(PythonText.Quote);
}
