using Kiroku.Hypervisors;
using Kiroku.Storage;

namespace Kiroku.Hosts;

/// <summary>Measures this node's own host, for all who ask at a time at once; a hypervisor that is silent for long does not answer.</summary>
internal sealed class HostMeter(IHypervisor hypervisor, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private Task<HostLook>? running;

    /// <summary>What was measured last.</summary>
    public HostLook Last { get; private set; } = new(false, null, null);

    /// <summary>Ends after two seconds at the latest, whatever the hypervisor does.</summary>
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
        try
        {
            var capacity = await hypervisor.GetCapacityAsync(CancellationToken.None).WaitAsync(Patience, time);
            return Last = new HostLook(true, capacity, time.UtcNow());
        }
        catch (Exception e) when (e is HypervisorException or TimeoutException)
        {
            return Last = Last with { Connected = false };
        }
    }
}

/// <summary>Whether a hypervisor answers, what its host has, and when it last said so; null for what it never said.</summary>
internal sealed record HostLook(bool Connected, HostCapacity? Capacity, DateTime? SeenAt);
