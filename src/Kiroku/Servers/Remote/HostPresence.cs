using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Host = Kiroku.Nodes.Host;

namespace Kiroku.Servers.Remote;

/// <summary>Tells whether servers' hosts are present, which means that their nodes report.</summary>
internal sealed class HostPresence(
    HostWatch hosts, ServiceStore services, IHypervisor hypervisor, IDatabase database, ServiceSettings settings)
{
    /// <summary>
    /// Whether a host is present. A lone host always is; whether its hypervisor answers shows when it is called.
    /// </summary>
    public async Task<bool> IsPresentAsync(string host, CancellationToken cancellationToken)
        => !database.IsShared || IsPresent(await hosts.FindReportedAsync(host, cancellationToken));

    /// <summary>Requires that the server's hosts are present, if <paramref name="needed"/>.</summary>
    /// <returns>The service of the server's host, which administrators may have disabled; null if the server is on no
    /// host.</returns>
    /// <exception cref="Fault">409 with Nova's words: a host is down; 503: this node's hypervisor is not connected
    /// yet.</exception>
    public async Task<Service?> RequireAsync(Server server, bool needed, CancellationToken cancellationToken)
    {
        if (!hypervisor.Connected.IsCompletedSuccessfully
            && (server.Hosts.Contains(settings.Host) || !database.IsShared))
            throw Fault.Unavailable("The host's hypervisor is not connected yet.");
        var (host, service) = await FindAsync(server.Host, cancellationToken);
        if (needed && (service is { ForcedDown: true } || !await ArePresentAsync(server, host, cancellationToken)))
            throw Fault.Conflict("Service is unavailable at this time.");
        return service;
    }

    private async Task<(Host? Reported, Service? Service)> FindAsync(string? name, CancellationToken cancellationToken)
    {
        if (name is null)
            return (null, null);
        var reported = database.IsShared ? await hosts.FindReportedAsync(name, cancellationToken) : null;
        return (reported, reported?.Service ?? await services.GetAsync(name, cancellationToken));
    }

    private async Task<bool> ArePresentAsync(Server server, Host? known, CancellationToken cancellationToken)
    {
        foreach (var host in server.Hosts)
        {
            if (host == known?.Name ? !IsPresent(known) : !await IsPresentAsync(host, cancellationToken))
                return false;
        }
        return true;
    }

    private static bool IsPresent(Host? host) => host is { IsPresent: true, Service.ForcedDown: false };
}
