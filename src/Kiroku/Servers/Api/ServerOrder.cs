using System.Collections.Frozen;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>
/// Reads the order of a list from sort_key and sort_dir, each of which may be given several times. The newest comes
/// first among servers that are equal by these.
/// </summary>
internal static class ServerOrder
{
    private static readonly FrozenDictionary<string, Func<Server, IComparable?>> Keys
        = new Dictionary<string, Func<Server, IComparable?>>
        {
            ["access_ip_v4"] = server => server.Labels.AccessIpv4,
            ["access_ip_v6"] = server => server.Labels.AccessIpv6,
            ["auto_disk_config"] = server => server.Labels.DiskConfig,
            ["availability_zone"] = server => server.AvailabilityZone,
            ["config_drive"] = server => server.Labels.ConfigDrive ? "True" : "",
            ["created_at"] = server => server.CreatedAt,
            ["display_description"] = server => server.Description,
            ["display_name"] = server => server.Name,
            ["host"] = server => server.Host,
            ["hostname"] = Hostnames.Of,
            ["image_ref"] = server => server.ImageId,
            ["instance_type_id"] = server => server.Flavor.Id,
            ["kernel_id"] = _ => null,
            ["key_name"] = server => server.Labels.Key?.Name,
            ["launch_index"] = server => server.Labels.LaunchIndex,
            ["launched_at"] = server => server.LaunchedAt,
            ["locked_by"] = server => server.LockedBy,
            ["node"] = server => server.Host,
            ["power_state"] = server => (int)server.PowerState,
            ["progress"] = server => server.Progress,
            ["project_id"] = server => server.ProjectId,
            ["ramdisk_id"] = _ => null,
            ["root_device_name"] = _ => null,
            ["task_state"] = server => server.TaskState,
            ["terminated_at"] = server => server.TerminatedAt,
            ["updated_at"] = server => server.UpdatedAt,
            ["user_id"] = server => server.UserId,
            ["uuid"] = server => server.Id,
            ["vm_state"] = server => server.VmState,
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
    public static Comparison<Server>? Read(QueryParameters parameters, Microversion version, Caller caller)
    {
        var keys = parameters.All("sort_key").ToList();
        foreach (var key in keys)
        {
            if (!Keys.ContainsKey(key) && (version >= 75 ? key != "locked" : !Ignored.Contains(key)))
                throw QueryParameters.Invalid(
                    "sort_key", key,
                    $"{PythonText.Quote(key)} is not one of [{string.Join(", ", Allowed(version))}]");
        }
        var directions = parameters.All("sort_dir").Select(direction => direction switch
        {
            "asc" => 1,
            "desc" => -1,
            _ => throw Fault.BadRequest("Invalid input received: Unknown sort direction, must be 'desc' or 'asc'"),
        }).ToList();
        if (directions.Count > Math.Max(keys.Count, 1))
            throw Fault.BadRequest("Invalid input received: Sort direction array size exceeds sort key array size");
        if (keys.Find(key => key is "host" or "node") is { } hidden && !caller.IsAdmin)
            throw new Fault(403, $"Only administrators can sort servers by {hidden}");
        if (keys.Count == 0 && directions.Count == 0)
            return null;
        var sorted = (keys.Count == 0 ? ["created_at"] : keys).Select((key, index)
            => (Value: Keys.GetValueOrDefault(key, _ => null), Sign: index < directions.Count
                ? directions[index]
                : directions.LastOrDefault(-1))).ToList();
        return (a, b) => sorted.Select(by => by.Sign * Compare(by.Value(a), by.Value(b)))
            .FirstOrDefault(order => order != 0);
    }

    private static int Compare(IComparable? a, IComparable? b) => (a, b) switch
    {
        (string one, string other) => string.CompareOrdinal(one, other),
        _ => Comparer<IComparable>.Default.Compare(a!, b!),
    };

    private static IEnumerable<string> Allowed(Microversion version)
        => Keys.Keys.Order(StringComparer.Ordinal).Concat(version >= 75
            ? []
            : Ignored.Order(StringComparer.Ordinal)).Select(PythonText.Quote);
}
