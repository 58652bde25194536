using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Remote;

/// <summary>Whether the hosts that servers are on are there.</summary>
internal sealed class HostPresence(
    HostWatch hosts, ServiceStore services, IHypervisor hypervisor, IDatabase database, ServiceSettings settings)
{
    /// <summary>The only host is always there: whether its hypervisor answers shows when it is asked.</summary>
    public async Task<bool> IsThereAsync(string host, CancellationToken cancellationToken)
        => !database.IsShared || await hosts.IsThereAsync(host, cancellationToken);

    /// <summary>Sees that the server's hosts are there, if that is needed.</summary>
    /// <returns>What administrators say of the server's host; null if it is on none.</returns>
    /// <exception cref="Fault">409 with Nova's words: one of them is down; 503 while this node's is not connected
    /// yet.</exception>
    public async Task<Service?> RequireAsync(Server server, bool needed, CancellationToken cancellationToken)
    {
        if (!hypervisor.Connected.IsCompletedSuccessfully
            && (server.Hosts.Contains(settings.Host) || !database.IsShared))
            throw Fault.Unavailable("The host's hypervisor is not connected yet.");
        var service = server.Host is null ? null : await services.GetAsync(server.Host, cancellationToken);
        if (needed && (service is { ForcedDown: true } || !await AreThereAsync(server, cancellationToken)))
            throw Fault.Conflict("Service is unavailable at this time.");
        return service;
    }

    private async Task<bool> AreThereAsync(Server server, CancellationToken cancellationToken)
    {
        foreach (var host in server.Hosts)
        {
            if (!await IsThereAsync(host, cancellationToken))
                return false;
        }
        return true;
    }
}
