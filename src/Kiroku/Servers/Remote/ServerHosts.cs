using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Remote;

/// <summary>Finds a host by its name: this node's own, or another's through its grain.</summary>
internal sealed class ServerHosts(
    LocalHost here, HostPresence presence, HostPatience patience, ServerStore servers, GroupFilters groups,
    IDatabase database, IGrainFactory grains, ServiceSettings settings, IOptions<ServersOptions> options)
{
    public IServerHost Of(string name, Fence? fence = null)
        => name == settings.Host ? here : new RemoteHost(name, grains, fence, patience);

    /// <summary>
    /// The hosts that may hold something that belongs to a server. A server that names no host may still have left
    /// something on a lone host.
    /// </summary>
    public IEnumerable<string> Of(Server server)
        => database.IsShared ? server.Hosts : server.Hosts.DefaultIfEmpty(settings.Host);

    /// <summary>
    /// A host's machines, for a caller with the right to act on a server. Calls fail once that right has ended.
    /// </summary>
    public HostMachines MachinesOn(string name, Fence fence)
        // If no other node shares the store, none can have taken over the action.
        => new(
            Of(name, fence), groups, options.Value.ShutdownTimeout,
            name == settings.Host && database.IsShared ? token => servers.RequireAsync(fence, token) : null);

    /// <summary>
    /// Cleans up on a host that a server leaves for good. Nobody waits for a host that is down: once it is back, it
    /// finds by itself what it should no longer have.
    /// </summary>
    /// <returns>Whether the host was there to be cleaned up.</returns>
    public async Task<bool> LeaveAsync(
        string name, Fence fence, Func<HostMachines, Task> leave, CancellationToken cancellationToken)
    {
        if (!await presence.IsPresentAsync(name, cancellationToken))
            return false;
        try
        {
            await leave(MachinesOn(name, fence));
            return true;
        }
        catch (StepException e) when (e.InnerException is HypervisorException { Failure: HypervisorFailure.Away })
        {
            // The host has gone down meanwhile.
            return false;
        }
    }
}
