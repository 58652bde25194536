using Kiroku.Hypervisors;
using Kiroku.Storage;

namespace Kiroku.Nodes;

/// <summary>
/// Measures this node's own host, once for all who ask at the same time. A hypervisor that is silent for long counts as
/// one that does not answer.
/// </summary>
internal sealed class HostMeter(IHypervisor hypervisor, ServiceSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private Task<HostLook>? running;

    /// <summary>The last measurement.</summary>
    public HostLook Last { get; private set; } = new(false, null);

    /// <summary>Measures the host; ends after two seconds at the latest, whatever the hypervisor does.</summary>
    public Task<HostLook> LookAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (running is not { IsCompleted: false })
                running = MeasureAsync();
            return running.WaitAsync(cancellationToken);
        }
    }

    private async Task<HostLook> MeasureAsync()
    {
        if (!hypervisor.Connected.IsCompletedSuccessfully)
            return Last = Last with { Connected = false };
        var network = FindAsync(hypervisor.GetNetworkAsync);
        var abilities = FindAsync(hypervisor.GetAbilitiesAsync);
        try
        {
            var capacity = await hypervisor.GetCapacityAsync(CancellationToken.None).WaitAsync(Patience, time);
            return Last = new HostLook(true, capacity)
            {
                Network = await network ?? Last.Network,
                Abilities = await abilities ?? Last.Abilities,
                Uptime = HostUptime.Read(settings, time),
                SeenAt = time.UtcNow(),
            };
        }
        catch (Exception e) when (e is HypervisorException or TimeoutException)
        {
            return Last = Last with { Connected = false };
        }
    }

    /// <summary>What else is known of the host; a host that does not tell it is a host all the same.</summary>
    private async Task<T?> FindAsync<T>(Func<CancellationToken, Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask(CancellationToken.None).WaitAsync(Patience, time);
        }
        catch (Exception e) when (e is HypervisorException or TimeoutException)
        {
            return null;
        }
    }
}

/// <summary>
/// A measurement of a host: whether its hypervisor answers, and the host's capacity; null if that was never known.
/// </summary>
internal sealed record HostLook(bool Connected, HostCapacity? Capacity)
{
    /// <summary>The host's uptime; null if it is not known.</summary>
    public string? Uptime { get; init; }

    /// <summary>What its machines are put on; null where that is not known.</summary>
    public HostNetwork? Network { get; init; }

    /// <summary>The hardware that it can give its machines; null where that is not known.</summary>
    public HostAbilities? Abilities { get; init; }

    /// <summary>Whether something is still to be found out: at its first start QEMU takes its time to tell.</summary>
    public bool IsIncomplete => Capacity is null || Abilities is null;

    /// <summary>When it last answered.</summary>
    public DateTime? SeenAt { get; init; }
}
