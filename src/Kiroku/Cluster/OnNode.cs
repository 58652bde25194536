using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Kiroku.Cluster;

/// <summary>For grains that belong to one node, which their key names: they are active there or nowhere.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnNodeAttribute() : PlacementAttribute(new OnNode());

/// <summary>Places a grain on the node whose name is its key.</summary>
[GenerateSerializer, Immutable]
internal sealed class OnNode : PlacementStrategy;

/// <summary>Finds that node among those that are there.</summary>
internal sealed class OnNodeDirector(ISiloStatusOracle silos) : IPlacementDirector
{
    /// <exception cref="NodeMissingException">No such node is there, or it has no such grains.</exception>
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var name = target.GrainIdentity.Key.ToString()!;
        // One that came back is there twice until its former process counts as dead.
        var found = context.GetCompatibleSilos(target)
            .Where(silo => silos.TryGetSiloName(silo, out var other) && other == name).MaxBy(silo => silo.Generation);
        return found is null ? throw new NodeMissingException(name) : Task.FromResult(found);
    }
}

/// <summary>Finds such grains.</summary>
internal static class NodeGrains
{
    /// <exception cref="NodeMissingException">No node that is there has such grains.</exception>
    public static T GetNodeGrain<T>(this IGrainFactory grains, string node)
        where T : IGrainWithStringKey
    {
        try
        {
            return grains.GetGrain<T>(node);
        }
        catch (ArgumentException)
        {
            // What the engine calls a kind of grain that nobody has just now.
            throw new NodeMissingException(node);
        }
    }
}

/// <summary>A node is not there, or not any more.</summary>
[GenerateSerializer]
internal sealed class NodeMissingException(string node) : Exception($"The node {node} does not answer.");
