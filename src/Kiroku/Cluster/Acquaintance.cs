using Orleans.Concurrency;

namespace Kiroku.Cluster;

/// <summary>Waits for what the engine hears by itself.</summary>
[OnNode, Reentrant]
internal sealed class Acquaintance(Introductions introductions) : Grain, IAcquaintance
{
    public Task Meet(SiloAddress newcomer) => introductions.HearAsync(() => [newcomer], CancellationToken.None);
}
