using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Kiroku.Api;
using Kiroku.Servers.Lists;
using Kiroku.Servers.State;
using Kiroku.Servers.Views;
using Kiroku.Storage;

namespace Kiroku.Servers.Api;

/// <summary>The filters of a server list: by an exact value, by a regular expression or by tags.</summary>
internal static class ServerFilters
{
    /// <summary>The columns, or expressions of them, whose value must be the one that is given.</summary>
    private static readonly FrozenDictionary<string, string> Columns = new Dictionary<string, string>
    {
        ["user_id"] = "user_id",
        ["image_ref"] = "image_id",
        ["image"] = "image_id",
        ["vm_state"] = "vm_state",
        ["task_state"] = "task_state",
        ["host"] = "host",
        ["uuid"] = "id",
        ["flavor"] = SqlCondition.FlavorId,
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

    /// <summary>The filters whose value serves as a regular expression in Nova; flavor only has to be one.</summary>
    private static readonly IReadOnlyList<string> Patterns = [.. ByPattern.Keys, "flavor"];

    /// <summary>The characters that mean themselves in a regular expression.</summary>
    private static readonly SearchValues<char> Plain
        = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ ");

    public static IEnumerable<string> Names => [.. Columns.Keys, .. ByPattern.Keys, "launch_index"];

    public static IEnumerable<string> TagNames => ByTags.Keys;

    /// <summary>
    /// Requires that every value that serves as a regular expression is one, even if the caller may not use that
    /// filter.
    /// </summary>
    /// <exception cref="Fault">400 with Nova's words.</exception>
    public static void RequirePatterns(QueryParameters parameters, Microversion version)
    {
        foreach (var name in Patterns.Concat(version >= 26 ? ByTags.Keys : []))
        {
            if (parameters.All(name).FirstOrDefault(value => !TryPattern(value, out _)) is { } broken)
                throw QueryParameters.Invalid(name, broken, $"{PythonText.Quote(broken)} is not a 'regex'");
        }
    }

    /// <summary>The condition that a parameter sets, if the servers' columns tell; otherwise null.</summary>
    public static SqlCondition? InSql(string name, string value)
    {
        if (Columns.TryGetValue(name, out var column))
            return SqlCondition.Is(column, value);
        return name is "name" or "display_name" && !value.AsSpan().ContainsAnyExcept(Plain)
            ? SqlCondition.Contains("name", value)
            : null;
    }

    /// <summary>
    /// The condition that a parameter sets, if <see cref="InSql"/> has none; null if the parameter sets none.
    /// </summary>
    public static Predicate<Server>? Of(string name, string value)
    {
        if (InSql(name, value) is not null)
            return null;
        if (name == "launch_index")
            return server => server.Labels.LaunchIndex.ToString(CultureInfo.InvariantCulture) == value;
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
