using Orleans.Concurrency;

namespace Kiroku.Cluster;

/// <summary>Answers a newcomer once the engine has heard of its grains.</summary>
[OnNode, Reentrant]
internal sealed class Acquaintance(Introductions introductions) : Grain, IAcquaintance
{
    public Task Meet(SiloAddress newcomer) => introductions.HearAsync(() => [newcomer], CancellationToken.None);
}
