using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Kiroku.Cluster;

/// <summary>Marks grains that belong to the node that their key names: they are active there or nowhere.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnNodeAttribute() : PlacementAttribute(new OnNode());

/// <summary>Places a grain on the node whose name is its key.</summary>
[GenerateSerializer, Immutable]
internal sealed class OnNode : PlacementStrategy;

/// <summary>Finds that node among the members.</summary>
internal sealed class OnNodeDirector(ISiloStatusOracle silos) : IPlacementDirector
{
    /// <exception cref="NodeMissingException">There is no such member, or it has no such grains.</exception>
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var name = target.GrainIdentity.Key.ToString()!;
        // A node that came back is a member twice until its former process counts as dead.
        var found = context.GetCompatibleSilos(target)
            .Where(silo => silos.TryGetSiloName(silo, out var other) && other == name).MaxBy(silo => silo.Generation);
        return found is null ? throw new NodeMissingException(name) : Task.FromResult(found);
    }
}

/// <summary>Gets the grains that belong to a node.</summary>
internal static class NodeGrains
{
    /// <exception cref="NodeMissingException">No member has such grains.</exception>
    public static T GetNodeGrain<T>(this IGrainFactory grains, string node)
        where T : IGrainWithStringKey
    {
        try
        {
            return grains.GetGrain<T>(node);
        }
        catch (ArgumentException)
        {
            // The engine throws this for a kind of grain that no member has.
            throw new NodeMissingException(node);
        }
    }
}

/// <summary>A node is not a member, or not any more.</summary>
[GenerateSerializer]
internal sealed class NodeMissingException(string node) : Exception($"The node {node} does not answer.");
