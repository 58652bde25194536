namespace Kiroku.Cluster;

/// <summary>
/// Holds up the start until this node has heard which grains each member can have, and each member has heard of this
/// node's. Before that they would find no place for grains that they cannot have themselves.
/// </summary>
internal sealed class Introductions(
    IClusterManifestProvider manifests, IClusterMembershipService members, IGrainFactory grains,
    ILocalSiloDetails self) : IHostedService
{
    /// <summary>The longest wait: a member that does not answer is on its way out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await HearAsync(() => Others().Select(member => member.SiloAddress), cancellationToken);
        using var limit = Limited(cancellationToken);
        await Task.WhenAll(
            Others().Select(member => grains.GetGrain<IAcquaintance>(member.Name).Meet(self.SiloAddress)))
            .WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits, but not for ever, until the engine has heard which grains these members can have.</summary>
    public async Task HearAsync(Func<IEnumerable<SiloAddress>> wanted, CancellationToken cancellationToken)
    {
        using var limit = Limited(cancellationToken);
        try
        {
            await foreach (var known in manifests.Updates.WithCancellation(limit.Token))
            {
                if (wanted().All(known.Silos.ContainsKey))
                    return;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The engine itself goes on asking.
        }
    }

    private IEnumerable<ClusterMember> Others()
        => members.CurrentSnapshot.Members.Values.Where(
            member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(self.SiloAddress));

    private static CancellationTokenSource Limited(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        return limit;
    }
}
