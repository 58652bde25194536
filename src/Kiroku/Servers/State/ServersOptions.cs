using System.ComponentModel.DataAnnotations;

namespace Kiroku.Servers.State;

/// <summary>Settings of the work on servers.</summary>
internal sealed class ServersOptions
{
    public const string Section = "Servers";

    /// <summary>
    /// How long a guest may take to switch off when asked, before its power is cut (Nova's [DEFAULT] shutdown_timeout).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether each new server gets a config drive, asked for or not (Nova's [DEFAULT] force_config_drive). There is no
    /// metadata service, so a guest without a config drive gets no key.
    /// </summary>
    public bool ForceConfigDrive { get; init; } = true;

    /// <summary>
    /// How long running steps may still take after SIGTERM. Those that have not ended go on after the next start.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The most bandwidth that each disk on its way to another host takes, in MiB a second; 0 for no limit. The setting
    /// of the host that the disk comes from counts.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MoveBandwidth { get; init; }

    /// <summary>How often the state of every machine is checked, besides the events of the hypervisor.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "30.00:00:00")]
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a resize may be reverted before the service confirms it by itself; zero for no end (Nova's [DEFAULT]
    /// resize_confirm_window). Checked every LookInterval.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan ResizeConfirmWindow { get; init; }

    /// <summary>How often the service looks for disks that no server names.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "30.00:00:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The most servers, or server groups, in one list (Nova's [api] max_limit).</summary>
    [Range(1, 100_000)]
    public int MaxLimit { get; init; } = 1000;
}
