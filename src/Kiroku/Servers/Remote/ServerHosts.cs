using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Remote;

/// <summary>Finds a host by its name: this node's own, or another's through its grain.</summary>
internal sealed class ServerHosts(
    LocalHost here, HostPresence presence, HostPatience patience, ServerStore servers, IDatabase database,
    IGrainFactory grains, ServiceSettings settings, IOptions<ServersOptions> options)
{
    public IServerHost Of(string name, Fence? fence = null)
        => name == settings.Host ? here : new RemoteHost(name, grains, fence, patience);

    /// <summary>
    /// The hosts that may hold something of a server's. A server that names none may have left something on the only
    /// host.
    /// </summary>
    public IEnumerable<string> Of(Server server)
        => database.IsShared ? server.Hosts : server.Hosts.DefaultIfEmpty(settings.Host);

    /// <summary>
    /// A host's machines, for a caller with a right to act on a server and for as long as that holds.
    /// </summary>
    public HostMachines MachinesOn(string name, Fence fence)
        // Where nobody else shares the store nobody can have taken the action over.
        => new(
            Of(name, fence), options.Value.ShutdownTimeout,
            name == settings.Host && database.IsShared ? token => servers.RequireAsync(fence, token) : null);

    /// <summary>
    /// Gives up something on a host that is left for good. A host that is down is not waited for: once it is back it
    /// finds by itself what it should not have any more.
    /// </summary>
    public async Task LeaveAsync(
        string name, Fence fence, Func<HostMachines, Task> leave, CancellationToken cancellationToken)
    {
        if (!await presence.IsThereAsync(name, cancellationToken))
            return;
        try
        {
            await leave(MachinesOn(name, fence));
        }
        catch (StepException e) when (e.InnerException is HypervisorException { Failure: HypervisorFailure.Away })
        {
            // It is down by now.
        }
    }
}
