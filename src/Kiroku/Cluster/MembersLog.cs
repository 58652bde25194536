using System.Net;

namespace Kiroku.Cluster;

/// <summary>Logs which members come and go.</summary>
internal sealed partial class MembersLog(
    IClusterMembershipService members, ILocalSiloDetails self, ILogger<MembersLog> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = new Dictionary<SiloAddress, string>();
        await foreach (var seen in members.MembershipUpdates.WithCancellation(stoppingToken))
        {
            var active = seen.Members.Values.Where(
                member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(self.SiloAddress))
                .ToDictionary(member => member.SiloAddress, member => member.Name);
            foreach (var (silo, node) in known.ExceptBy(active.Keys, member => member.Key))
                LogGone(node, silo.Endpoint);
            foreach (var (silo, node) in active.ExceptBy(known.Keys, member => member.Key))
                LogThere(node, silo.Endpoint);
            known = active;
        }
    }

    [LoggerMessage(LogLevel.Information, "The node {Node} at {Address} is a member now")]
    private partial void LogThere(string node, IPEndPoint address);

    [LoggerMessage(LogLevel.Information, "The node {Node} at {Address} is no member any more")]
    private partial void LogGone(string node, IPEndPoint address);
}
