using System.Security.Cryptography;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Kiroku.Cluster;

/// <summary>
/// Marks grains that may be active on any node of their role, but on one that takes no new work only if there is no
/// other.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnWorkingNodeAttribute() : PlacementAttribute(new OnWorkingNode());

/// <summary>Places a grain on a node that takes new work.</summary>
[GenerateSerializer, Immutable]
internal sealed class OnWorkingNode : PlacementStrategy;

/// <summary>Nodes that take no new work, as far as this one has heard.</summary>
internal sealed class DrainingNodes
{
    private volatile IReadOnlySet<string> silos = new HashSet<string>();

    public void Note(IEnumerable<string> draining) => silos = draining.ToHashSet();

    public bool Contains(SiloAddress silo) => silos.Count > 0 && silos.Contains(silo.ToParsableString());
}

/// <summary>Chooses at random among the nodes that may have the grain.</summary>
internal sealed class OnWorkingNodeDirector(DrainingNodes draining) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var able = context.GetCompatibleSilos(target);
        var working = Array.FindAll(able, silo => !draining.Contains(silo));
        var among = working.Length > 0 ? working : able;
        return Task.FromResult(among[RandomNumberGenerator.GetInt32(among.Length)]);
    }
}
