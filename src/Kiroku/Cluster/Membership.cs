namespace Kiroku.Cluster;

/// <summary>The members, for those who know better than the engine that a node has died.</summary>
internal sealed class Membership(IClusterMembershipService members, ILocalSiloDetails self) : IMembership
{
    public async Task<bool> DeclareDeadAsync(string silo, CancellationToken cancellationToken)
    {
        var address = SiloAddress.FromParsableString(silo);
        if (address.Equals(self.SiloAddress))
            return false;
        if (!members.CurrentSnapshot.Members.ContainsKey(address))
            await RefreshAsync(cancellationToken);
        // The engine would look for ever for a member that it does not find.
        if (members.CurrentSnapshot.GetSiloStatus(address) is SiloStatus.None or SiloStatus.Dead)
            return true;
        await members.TryKill(address).WaitAsync(cancellationToken);
        return false;
    }

    /// <summary>Reads the members at once; a node that finds itself declared dead ends.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken)
        => members.Refresh(default, cancellationToken).AsTask();
}
