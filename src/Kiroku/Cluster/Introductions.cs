namespace Kiroku.Cluster;

/// <summary>
/// Holds up the start until this node has heard of each member what grains it has: before that it would know of no place for
/// those that it has not itself.
/// </summary>
internal sealed class Introductions(IClusterManifestProvider manifests, IClusterMembershipService members) : IHostedService
{
    /// <summary>One that does not answer is on its way out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await foreach (var known in manifests.Updates.WithCancellation(limit.Token))
            {
                if (members.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).All(member => known.Silos.ContainsKey(member.SiloAddress)))
                    return;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The engine goes on asking.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
