using Orleans.Concurrency;

namespace Kiroku.Cluster;

/// <summary>A node, for one that has just come.</summary>
internal interface IAcquaintance : IGrainWithStringKey
{
    /// <summary>Answers when this node knows what grains the newcomer has.</summary>
    Task Meet(SiloAddress newcomer);
}

/// <summary>Waits for what the engine hears by itself.</summary>
[OnNode, Reentrant]
internal sealed class Acquaintance(Introductions introductions) : Grain, IAcquaintance
{
    public Task Meet(SiloAddress newcomer) => introductions.HearAsync(() => [newcomer], CancellationToken.None);
}
