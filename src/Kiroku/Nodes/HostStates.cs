using System.Diagnostics.Metrics;

namespace Kiroku.Nodes;

/// <summary>How many hosts are up, as administrators see them, for metrics.</summary>
internal sealed class HostStates : IMeasured
{
    /// <summary>All that a host can be, so that none of them is a gap in a graph.</summary>
    private static readonly string[] All = ["up", "down", "maintenance", "unknown"];

    private readonly HostWatch hosts;
    private volatile IReadOnlyDictionary<string, long>? last;

    public HostStates(HostWatch hosts, IMeterFactory meters)
    {
        this.hosts = hosts;
        meters.Create(Meters.Name).CreateObservableGauge(
            "kiroku.hosts", Tell, "{host}",
            "Hosts by state: up, down (forced down), maintenance (disabled), unknown (silent); the same from every "
                + "node");
    }

    public string What => "The hosts' states";

    public async Task MeasureAsync(CancellationToken cancellationToken)
        => last = (await hosts.ListStatusesAsync(cancellationToken)).Values
            .CountBy(status => status.ToLowerInvariant()).ToDictionary(state => state.Key, state => (long)state.Value);

    public void Forget() => last = null;

    private IEnumerable<Measurement<long>> Tell()
        => last is not { } counted ? [] : All.Select(state => new Measurement<long>(
            counted.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state)));
}
