using System.Collections.Frozen;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Kiroku.Api;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;
using Kiroku.Storage;

namespace Kiroku.Servers.Api;

/// <summary>The filters of a server list: by an exact value, by a regular expression or by tags.</summary>
internal static class ServerFilters
{
    private static readonly FrozenDictionary<string, Func<Server, string?>> Exact
        = new Dictionary<string, Func<Server, string?>>
        {
            ["user_id"] = server => server.UserId,
            ["launch_index"] = server => server.Labels.LaunchIndex.ToString(CultureInfo.InvariantCulture),
            ["image_ref"] = server => server.ImageId,
            ["image"] = server => server.ImageId,
            ["vm_state"] = server => server.VmState,
            ["task_state"] = server => server.TaskState,
            ["host"] = server => server.Host,
            ["uuid"] = server => server.Id.ToString(),
        }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Func<Server, string?>> ByPattern
        = new Dictionary<string, Func<Server, string?>>
        {
            ["kernel_id"] = _ => "",
            ["ramdisk_id"] = _ => "",
            ["hostname"] = Hostnames.Of,
            ["key_name"] = server => server.Labels.Key?.Name,
            ["power_state"] = server => ((int)server.PowerState).ToString(CultureInfo.InvariantCulture),
            ["node"] = server => server.Host,
            ["flavor"] = server => server.Flavor.Id,
            ["reservation_id"] = server => server.Labels.ReservationId,
            ["launched_at"] = server => server.LaunchedAt is { } time ? Timestamps.Format(time) : null,
            ["terminated_at"] = server => server.TerminatedAt is { } time ? Timestamps.Format(time) : null,
            ["created_at"] = server => Timestamps.Format(server.CreatedAt),
            ["availability_zone"] = server => server.AvailabilityZone,
            ["name"] = server => server.Name,
            ["display_name"] = server => server.Name,
            ["description"] = server => server.Description,
            ["display_description"] = server => server.Description,
            ["locked_by"] = server => server.LockedBy,
            ["root_device_name"] = _ => "/dev/vda",
            ["config_drive"] = server => server.Labels.ConfigDrive ? "True" : "",
            ["access_ip_v4"] = server => server.Labels.AccessIpv4,
            ["access_ip_v6"] = server => server.Labels.AccessIpv6,
            ["auto_disk_config"] = server => server.Labels.DiskConfig == "AUTO" ? "1" : "0",
            ["progress"] = server => server.Progress.ToString(CultureInfo.InvariantCulture),
            ["ip"] = server => ServerAddresses.First(server, AddressFamily.InterNetwork),
            ["ip6"] = server => ServerAddresses.First(server, AddressFamily.InterNetworkV6),
        }.ToFrozenDictionary();

    /// <summary>
    /// The filters by tags: a server has all of the named tags, any of them, not all of them, or none of them.
    /// </summary>
    private static readonly FrozenDictionary<string, Func<IReadOnlyList<string>, string[], bool>> ByTags
        = new Dictionary<string, Func<IReadOnlyList<string>, string[], bool>>
        {
            ["tags"] = (tags, named) => named.All(tags.Contains),
            ["tags-any"] = (tags, named) => named.Any(tags.Contains),
            ["not-tags"] = (tags, named) => !named.All(tags.Contains),
            ["not-tags-any"] = (tags, named) => !named.Any(tags.Contains),
        }.ToFrozenDictionary();

    public static IEnumerable<string> Names => [.. Exact.Keys, .. ByPattern.Keys];

    public static IEnumerable<string> TagNames => ByTags.Keys;

    /// <summary>
    /// Requires that every value that serves as a regular expression is one, even if the caller may not use that
    /// filter.
    /// </summary>
    /// <exception cref="Fault">400 with Nova's words.</exception>
    public static void RequirePatterns(QueryParameters parameters, Microversion version)
    {
        foreach (var name in ByPattern.Keys.Concat(version >= 26 ? ByTags.Keys : []))
        {
            if (parameters.All(name).FirstOrDefault(value => !TryPattern(value, out _)) is { } broken)
                throw QueryParameters.Invalid(name, broken, $"{PythonText.Quote(broken)} is not a 'regex'");
        }
    }

    /// <summary>The condition that a parameter sets; null for one that sets none.</summary>
    public static Predicate<Server>? Of(string name, string value)
    {
        if (Exact.TryGetValue(name, out var exact))
            return server => exact(server) == value;
        if (name == "flavor")
            return server => server.Flavor.Id == value;
        if (ByTags.TryGetValue(name, out var tags))
        {
            var named = value.Split(',');
            return server => tags(server.Labels.Tags, named);
        }
        return ByPattern.TryGetValue(name, out var text) && TryPattern(value, out var pattern)
            ? server => text(server) is { } found && pattern!.IsMatch(found)
            : null;
    }

    /// <summary>Compiles a pattern without backtracking, so that no caller's pattern can hold up the service.</summary>
    private static bool TryPattern(string value, out Regex? pattern)
    {
        pattern = null;
        try
        {
            if (value.Length > 0)
                pattern = new Regex(
                    value, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
        return pattern is not null;
    }
}
