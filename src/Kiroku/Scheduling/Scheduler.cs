using Kiroku.Hypervisors;
using Microsoft.Extensions.Options;

namespace Kiroku.Scheduling;

/// <summary>
/// Chooses hosts for servers as Nova does: those that pass all <see cref="Filters"/>, best first by their
/// <see cref="Weighers"/>.
/// </summary>
internal sealed class Scheduler(IOptions<SchedulingOptions> options)
{
    private const double GiB = 1024 * 1024 * 1024;

    private readonly Weighers weighers = new(options.Value);

    /// <summary>How much of a host its servers may take up in all.</summary>
    public Claim LimitsOf(HostCapacity host) => new(
        Whole(host.Vcpus * options.Value.CpuAllocationRatio),
        Whole(host.MemoryMiB * options.Value.RamAllocationRatio),
        Whole(host.DiskBytes / GiB * options.Value.DiskAllocationRatio));

    /// <summary>The best host for it; null if none will do.</summary>
    public string? Choose(SpecToPlace spec, IReadOnlyList<HostState> hosts)
        => Order(spec, hosts) is [var best, ..] ? best : null;

    /// <summary>
    /// All hosts that will do, best first; those that are alike by name, or the best of them at random.
    /// </summary>
    public IReadOnlyList<string> Order(SpecToPlace spec, IReadOnlyList<HostState> hosts)
    {
        var fit = hosts.Where(host => Filters.All.All(filter => filter.Passes(host, spec))).ToList();
        if (fit.Count == 0)
            return [];
        var ordered = fit.Zip(weighers.Weigh(fit)).OrderByDescending(pair => pair.Second)
            .ThenBy(pair => pair.First.Name, StringComparer.Ordinal).Select(
                pair => (pair.First.Name, Weight: pair.Second)).ToList();
        var best = ordered.TakeWhile(pair => pair.Weight.Equals(ordered[0].Weight)).Select(pair => pair.Name).ToArray();
        if (options.Value.ShuffleBestSameWeighedHosts)
            Random.Shared.Shuffle(best);
        return [.. best, .. ordered.Skip(best.Length).Select(pair => pair.Name)];
    }

    private static int Whole(double value) => (int)Math.Min(value, int.MaxValue);
}
