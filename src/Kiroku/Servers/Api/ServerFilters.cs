using System.Collections.Frozen;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Kiroku.Api;
using Kiroku.Hypervisors;
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
        ["flavor"] = ServerColumns.FlavorId,
    }.ToFrozenDictionary();

    /// <summary>
    /// The texts that a regular expression must match, with the column, or expression of columns, that has each; null
    /// if none has.
    /// </summary>
    private static readonly FrozenDictionary<string, (Func<Server, string?> Text, string? Sql)> ByPattern
        = new Dictionary<string, (Func<Server, string?>, string?)>
        {
            ["hostname"] = (Hostnames.Of, null),
            ["key_name"] = (server => server.Labels.Key?.Name, ServerColumns.KeyName),
            ["node"] = (server => server.Host, "host"),
            ["reservation_id"] = (server => server.Labels.ReservationId, ServerColumns.ReservationId),
            ["launched_at"] = (server => server.LaunchedAt is { } time ? Timestamps.Format(time) : null, null),
            ["terminated_at"] = (server => server.TerminatedAt is { } time ? Timestamps.Format(time) : null, null),
            ["created_at"] = (server => Timestamps.Format(server.CreatedAt), null),
            ["availability_zone"] = (server => server.AvailabilityZone, ServerColumns.AvailabilityZone),
            ["name"] = (server => server.Name, "name"),
            ["display_name"] = (server => server.Name, "name"),
            ["description"] = (server => server.Description, "description"),
            ["display_description"] = (server => server.Description, "description"),
            ["access_ip_v4"] = (server => server.Labels.AccessIpv4, ServerColumns.AccessIpv4),
            ["access_ip_v6"] = (server => server.Labels.AccessIpv6, ServerColumns.AccessIpv6),
        }.ToFrozenDictionary();

    /// <summary>The kinds of address of which the first must match a regular expression.</summary>
    private static readonly FrozenDictionary<string, AddressFamily> ByAddress = new Dictionary<string, AddressFamily>
    {
        ["ip"] = AddressFamily.InterNetwork,
        ["ip6"] = AddressFamily.InterNetworkV6,
    }.ToFrozenDictionary();

    /// <summary>The expressions with so few values that it is known which of them a regular expression
    /// matches.</summary>
    private static readonly FrozenDictionary<string, (string Sql, IReadOnlyList<string> Values)> ByFewValues
        = new Dictionary<string, (string, IReadOnlyList<string>)>
        {
            ["kernel_id"] = ("''", [""]),
            ["ramdisk_id"] = ("''", [""]),
            ["root_device_name"] = ("'/dev/vda'", ["/dev/vda"]),
            ["power_state"] = (
                ServerColumns.PowerState, [.. Enum.GetValues<MachineState>().Select(state => Text((int)state))]),
            ["locked_by"] = ("locked_by", ["owner", "admin"]),
            ["config_drive"] = (ServerColumns.ConfigDrive, ["True", ""]),
            ["auto_disk_config"] = ($"CASE WHEN {ServerColumns.DiskConfig} = 'AUTO' THEN '1' ELSE '0' END", ["0", "1"]),
            ["progress"] = (ServerColumns.Progress, [.. Enumerable.Range(0, 101).Select(Text)]),
        }.ToFrozenDictionary();

    /// <summary>
    /// The filters by tags: a server has all of the named tags, any of them, not all of them, or none of them.
    /// </summary>
    private static readonly FrozenDictionary<string, Func<string[], SqlCondition>> ByTags
        = new Dictionary<string, Func<string[], SqlCondition>>
        {
            ["tags"] = named => SqlCondition.HasTags($"= {named.Length}", named),
            ["tags-any"] = named => SqlCondition.HasTags("> 0", named),
            ["not-tags"] = named => SqlCondition.HasTags($"< {named.Length}", named),
            ["not-tags-any"] = named => SqlCondition.HasTags("= 0", named),
        }.ToFrozenDictionary();

    /// <summary>The filters whose value serves as a regular expression in Nova; flavor only has to be one.</summary>
    private static readonly IReadOnlyList<string> Patterns
        = [.. ByPattern.Keys, .. ByAddress.Keys, .. ByFewValues.Keys, "flavor"];

    public static IEnumerable<string> Names
        => [.. Columns.Keys, .. ByPattern.Keys, .. ByAddress.Keys, .. ByFewValues.Keys, "launch_index"];

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

    /// <summary>
    /// The conditions that a parameter sets: one for the store, one for each server that fulfils it, both or none.
    /// </summary>
    public static (SqlCondition? InSql, Predicate<Server>? InRow) Of(string name, string value)
    {
        if (Columns.TryGetValue(name, out var column))
            return (SqlCondition.Is(column, value), null);
        if (ByTags.TryGetValue(name, out var tags))
            return (tags([.. value.Split(',').Distinct()]), null);
        if (name == "launch_index")
            return (OfLaunchIndex(value), null);
        return TryPattern(value, out var pattern) ? Of(name, pattern!) : default;
    }

    private static (SqlCondition?, Predicate<Server>?) Of(string name, Regex pattern)
    {
        if (ByFewValues.TryGetValue(name, out var few))
            return (SqlCondition.IsOneOf(few.Sql, [.. few.Values.Where(text => pattern.IsMatch(text))]), null);
        if (ByAddress.TryGetValue(name, out var family))
            return (
                Sure(ServerColumns.Addresses, pattern), server => Matches(ServerAddresses.First(server, family)));
        if (!ByPattern.TryGetValue(name, out var by))
            return default;
        return by.Sql is not null && SureTexts.IsPlain($"{pattern}")
            ? (SqlCondition.Contains(by.Sql, $"{pattern}"), null)
            : (Sure(by.Sql, pattern), server => Matches(by.Text(server)));

        bool Matches(string? text) => text is not null && pattern.IsMatch(text);
    }

    /// <summary>The condition that what a pattern must find is in an expression; null if that tells nothing.</summary>
    private static SqlCondition? Sure(string? sql, Regex pattern)
        => sql is not null && SureTexts.Of($"{pattern}") is { Count: > 0 } texts
            ? SqlCondition.Contains(sql, texts)
            : null;

    private static SqlCondition OfLaunchIndex(string value)
        => int.TryParse(value, CultureInfo.InvariantCulture, out var index) && Text(index) == value
            ? SqlCondition.Is($"CAST({ServerColumns.LaunchIndex} AS TEXT)", value)
            : SqlCondition.Never;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

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
