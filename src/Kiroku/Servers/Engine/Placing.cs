using Kiroku.Actions;
using Kiroku.Nodes;
using Kiroku.Scheduling;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Microsoft.Extensions.Options;
using Host = Kiroku.Nodes.Host;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Finds hosts for servers and takes up room there, in one transaction with the look at what is taken.
/// </summary>
internal sealed class Placing(
    HostWatch hosts, LocalHost here, Scheduler scheduler, ServerStore store, IDatabase database,
    IOptions<SchedulingOptions> options)
{
    /// <summary>A host for a server that is on none.</summary>
    /// <exception cref="StepException">Permanent: there is none.</exception>
    public Task<Server> PlaceAsync(Fence fence, PlaceWish wish, CancellationToken cancellationToken)
        => PlaceAsync(
            fence,
            server => new SpecToPlace(server.Flavor.Claim)
            {
                Zone = server.Labels.PinnedZone,
                OnlyHost = wish.OnlyHost,
            },
            (server, host) => server with { Host = host.Name, Zone = host.Zone, Claim = server.Flavor.Claim },
            cancellationToken);

    /// <summary>
    /// A host for a server with another flavor beside its own: where it is it takes up both until that is confirmed, on
    /// another host what the new one takes.
    /// </summary>
    /// <exception cref="StepException">Permanent: there is none.</exception>
    public Task<Server> PlaceAnewAsync(
        Fence fence, ServerFlavor flavor, PlaceWish wish, CancellationToken cancellationToken)
        => PlaceAsync(
            fence,
            server => new SpecToPlace(flavor.Claim)
            {
                Zone = server.Labels.PinnedZone,
                OnlyHost = wish.OnlyHost,
                Excluded = !wish.Leaves && options.Value.AllowResizeToSameHost ? [] : [server.Host!],
                CurrentHost = server.Host,
                ClaimOnCurrent = Claim.OfBoth(server.Flavor.Claim, flavor.Claim),
            },
            (server, host) => host.Name == server.Host
                ? server with { Claim = Claim.OfBoth(server.Flavor.Claim, flavor.Claim), Other = null }
                : server with { Claim = server.Flavor.Claim, Other = new HostClaim(host.Name, flavor.Claim) },
            cancellationToken);

    private async Task<Server> PlaceAsync(
        Fence fence, Func<Server, SpecToPlace> ask, Func<Server, Host, Server> place,
        CancellationToken cancellationToken)
    {
        var look = await LookAsync(cancellationToken);
        return await store.PlaceAsync(fence, async (connection, server) =>
        {
            var all = await hosts.ListAsync(connection, look, except: server.Id);
            var spec = ask(server);
            spec = spec with { Excluded = [.. spec.Excluded, .. await KeptVolumes.ListHostsAsync(connection, server)] };
            var best = scheduler.Choose(spec, [.. all.Select(host => host.State(scheduler))]);
            return best is null ? null : place(server, all.Single(host => host.Name == best));
        }, cancellationToken) ?? throw new StepException("No valid host was found.", permanent: true);
    }

    /// <summary>
    /// What this node's host has. One that is alone is asked itself, so that its hypervisor's failure shows as what it
    /// is.
    /// </summary>
    private async Task<HostLook> LookAsync(CancellationToken cancellationToken) => database.IsShared
        ? await hosts.LookAsync(cancellationToken)
        : new HostLook(true, await HostMachines.ExplainAsync(() => here.GetCapacityAsync(cancellationToken)));
}

/// <summary>What is asked of a server's next host.</summary>
internal readonly record struct PlaceWish
{
    /// <summary>The one host that will do; null for any.</summary>
    public string? OnlyHost { get; init; }

    /// <summary>Whether it must be another than the present one.</summary>
    public bool Leaves { get; init; }
}
