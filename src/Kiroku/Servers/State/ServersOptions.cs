using System.ComponentModel.DataAnnotations;

namespace Kiroku.Servers.State;

/// <summary>How servers are worked on. Section "Servers".</summary>
internal sealed class ServersOptions
{
    public const string Section = "Servers";

    /// <summary>How long a guest may take to switch off when asked, before it is switched off by force (Nova's [DEFAULT] shutdown_timeout).</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether each new server gets a config drive, asked for or not (Nova's [DEFAULT] force_config_drive): there is no
    /// metadata service, so without one a guest learns of no key.
    /// </summary>
    public bool ForceConfigDrive { get; init; } = true;

    /// <summary>How long running steps may still take when the service is told to stop; they go on after its next start.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most that a disk on its way to another host takes of the network, in MiB a second, for each disk; 0 for all there is.</summary>
    [Range(0, 1_000_000)]
    public int MoveBandwidth { get; init; }

    /// <summary>How often every machine's state is looked at, beside when it changes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "30.00:00:00")]
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a resize waits for its confirm or revert before the service confirms it by itself; zero for ever (Nova's
    /// [DEFAULT] resize_confirm_window).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan ResizeConfirmWindow { get; init; }

    /// <summary>How often disks that no server names are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "30.00:00:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The most servers in one answer (Nova's [api] max_limit).</summary>
    [Range(1, 100_000)]
    public int MaxLimit { get; init; } = 1000;
}
