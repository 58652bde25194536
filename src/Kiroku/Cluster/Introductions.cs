namespace Kiroku.Cluster;

/// <summary>
/// Holds up the start until this node has heard of each member what grains it has, and each member of this one: before
/// that they would know of no place for grains that they have not themselves.
/// </summary>
internal sealed class Introductions(
    IClusterManifestProvider manifests, IClusterMembershipService members, IGrainFactory grains,
    ILocalSiloDetails self) : IHostedService
{
    /// <summary>Who does not answer is on its way out.</summary>
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

    /// <summary>Waits, but not for ever, until these have told what they have.</summary>
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
            // The engine goes on asking.
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
