using Kiroku.Hypervisors;
using Microsoft.Extensions.Options;

namespace Kiroku.Scheduling;

/// <summary>
/// Chooses hosts for servers as Nova does: the hosts that pass all <see cref="Filters"/>, ordered by their <see
/// cref="Weighers"/>.
/// </summary>
internal sealed class Scheduler(IOptions<SchedulingOptions> options)
{
    private const double GiB = 1024 * 1024 * 1024;

    private readonly Weighers weighers = new(options.Value);

    /// <summary>How much the servers on a host may claim in all.</summary>
    public Claim LimitsOf(HostCapacity host) => new(
        Whole(host.Vcpus * options.Value.CpuAllocationRatio),
        Whole(host.MemoryMiB * options.Value.RamAllocationRatio),
        Whole(host.DiskBytes / GiB * options.Value.DiskAllocationRatio));

    /// <summary>The best host for the server; null if none is suitable.</summary>
    public string? Choose(SpecToPlace spec, IReadOnlyList<HostState> hosts)
        => Order(spec, hosts) is [var best, ..] ? best : null;

    /// <summary>
    /// All suitable hosts, best first. Hosts of equal weight are ordered by name; those that share the first place
    /// may be shuffled.
    /// </summary>
    public IReadOnlyList<string> Order(SpecToPlace spec, IReadOnlyList<HostState> hosts)
    {
        var fit = hosts.Where(host => Filters.All.All(filter => filter.Passes(host, spec))).ToList();
        if (fit.Count == 0)
            return [];
        var ordered = fit.Zip(weighers.Weigh(fit, spec)).OrderByDescending(pair => pair.Second)
            .ThenBy(pair => pair.First.Name, StringComparer.Ordinal).Select(
                pair => (pair.First.Name, Weight: pair.Second)).ToList();
        var best = ordered.TakeWhile(pair => pair.Weight.Equals(ordered[0].Weight)).Select(pair => pair.Name).ToArray();
        if (options.Value.ShuffleBestSameWeighedHosts)
            Random.Shared.Shuffle(best);
        return [.. best, .. ordered.Skip(best.Length).Select(pair => pair.Name)];
    }

    private static int Whole(double value) => (int)Math.Min(value, int.MaxValue);
}
