using Kiroku.Nodes;

namespace Kiroku.Servers.Lists;

/// <summary>
/// SQL of a server's values that stand in the JSON of its columns or in another table. A row that was written before
/// there was such a value has its default. PostgreSQL has SQLite's json_extract for paths of one name (0037).
/// </summary>
internal static class ServerColumns
{
    /// <summary>The id of a server's flavor, as an index has it.</summary>
    public const string FlavorId = "json_extract(flavor, '$.id')";

    /// <summary>The addresses of a server's machine, among other texts.</summary>
    public const string Addresses = "addresses";

    public const string PowerState = "CAST(power_state AS TEXT)";
    public const string Progress = "CAST(progress AS TEXT)";
    public const string KeyName = "json_extract(json_extract(labels, '$.key'), '$.name')";
    public const string ReservationId = "COALESCE(json_extract(labels, '$.reservation_id'), '')";
    public const string AccessIpv4 = "COALESCE(json_extract(labels, '$.access_ipv4'), '')";
    public const string AccessIpv6 = "COALESCE(json_extract(labels, '$.access_ipv6'), '')";
    public const string DiskConfig = "COALESCE(json_extract(labels, '$.disk_config'), 'MANUAL')";
    public const string LaunchIndex = "CAST(COALESCE(json_extract(labels, '$.launch_index'), '0') AS INTEGER)";

    /// <summary>
    /// 'True' or nothing. The two stores return a truth value as different texts; no string in JSON can hold what is
    /// looked for, because its quotes would be escaped.
    /// </summary>
    public const string ConfigDrive = """CASE WHEN labels LIKE '%"config_drive":true%' THEN 'True' ELSE '' END""";

    /// <summary>NULL if there is none.</summary>
    public static readonly string AvailabilityZone = $"""
        COALESCE({NodeStore.ZoneOf("servers.host")}, CASE WHEN servers.host IS NULL AND launched_at IS NULL
            THEN json_extract(labels, '$.pinned_zone') END)
        """;
}
