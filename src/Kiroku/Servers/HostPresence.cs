using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>Whether the hosts that servers are on are there.</summary>
internal sealed class HostPresence(
    HostWatch hosts, ServiceStore services, IHypervisor hypervisor, IDatabase database, ServiceSettings settings)
{
    /// <summary>The only host is always there: whether its hypervisor answers shows when it is asked.</summary>
    public async Task<bool> IsThereAsync(string host, CancellationToken cancellationToken)
        => !database.IsShared || await hosts.IsThereAsync(host, cancellationToken);

    /// <summary>Sees that every host that the server needs is there. What a machine did by itself is recorded all the same.</summary>
    /// <returns>What administrators say of the server's host; null if it is on none.</returns>
    /// <exception cref="Fault">409 with Nova's words: one of them is down; 503 while this node's is not connected yet.</exception>
    public async Task<Service?> RequireAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        if (!hypervisor.Connected.IsCompletedSuccessfully && (server.Hosts.Contains(settings.Host) || !database.IsShared))
            throw Fault.Unavailable("The host's hypervisor is not connected yet.");
        var service = server.Host is null ? null : await services.GetAsync(server.Host, cancellationToken);
        if (NeedsHosts(server, request) && (service is { ForcedDown: true } || !await AreThereAsync(server, cancellationToken)))
            throw Fault.Conflict("Service is unavailable at this time.");
        return service;
    }

    /// <summary>A state is what an administrator says it is; but with one of two disks given up, the one that is left may be on the host that is away.</summary>
    private static bool NeedsHosts(Server server, ActionRequest request) => request.Action switch
    {
        ActionNames.Delete => false,
        ActionNames.ResetState => server.FormerGeneration is not null,
        ActionNames.ConfirmResize => true,
        _ => request.UserId is not null,
    };

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
