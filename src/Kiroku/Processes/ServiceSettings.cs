namespace Kiroku.Processes;

/// <summary>
/// What the command line decides before the settings are read: where the data is, where to listen and which
/// hypervisor to use.
/// </summary>
internal sealed record ServiceSettings
{
    /// <summary>Absolute path of the folder that holds everything this service keeps.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>One http or https address; port 0 takes a free one.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8774";

    /// <summary>Whether the service speaks TLS itself.</summary>
    public bool IsEncrypted => Listen.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>A libvirt URI; null chooses one (docs/configuration.md).</summary>
    public string? Hypervisor { get; init; }

    /// <summary>
    /// The Keystone that checks tokens; null for the built-in identity, unless the settings name one.
    /// </summary>
    public string? Keystone { get; init; }

    /// <summary>A PostgreSQL connection string; null for a file in the data folder, unless the settings name
    /// one.</summary>
    public string? Database { get; init; }

    /// <summary>IP address and port on which the node listens for other nodes; null to use the settings.</summary>
    public string? Cluster { get; init; }

    public NodeRoles Roles { get; init; } = NodeRoles.All;

    /// <summary>The name of this host as administrators see it.</summary>
    public string Host { get; init; } = Environment.MachineName;

    public string DatabaseFile => Path.Combine(DataDirectory, "kiroku.db");
}
