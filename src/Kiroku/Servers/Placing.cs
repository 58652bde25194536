using Kiroku.Actions;
using Kiroku.Hosts;
using Kiroku.Scheduling;
using Kiroku.Servers.Remote;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers;

/// <summary>Finds hosts for servers and takes up room there, in one transaction with the look at what is taken.</summary>
internal sealed class Placing(
    HostWatch hosts, LocalHost here, Scheduler scheduler, ServerStore store, IDatabase database, IOptions<SchedulingOptions> options)
{
    /// <summary>A host for a server that is on none.</summary>
    /// <exception cref="StepException">Permanent: there is none.</exception>
    public Task<Server> PlaceAsync(Fence fence, PlaceWish wish, CancellationToken cancellationToken)
        => PlaceAsync(fence, (server, states) =>
        {
            var claim = server.Flavor.Claim;
            var host = Scheduler.Choose(new SpecToPlace(claim) { Zone = server.Labels.PinnedZone, OnlyHost = wish.OnlyHost }, states);
            return host is null ? null : server with { Host = host, Claim = claim };
        }, cancellationToken);

    /// <summary>
    /// A host for a server with another flavor beside its own: where it is it takes up both until that is confirmed, on
    /// another host what the new one takes.
    /// </summary>
    /// <exception cref="StepException">Permanent: there is none.</exception>
    public Task<Server> PlaceAnewAsync(Fence fence, ServerFlavor flavor, PlaceWish wish, CancellationToken cancellationToken)
        => PlaceAsync(fence, (server, states) =>
        {
            var (claim, both) = (flavor.Claim, Claim.OfBoth(server.Flavor.Claim, flavor.Claim));
            var mayStay = !wish.Leaves && (options.Value.AllowResizeToSameHost || wish.OnlyHost == server.Host);
            var host = Scheduler.Choose(
                new SpecToPlace(claim) { Zone = server.Labels.PinnedZone, OnlyHost = wish.OnlyHost, Excluded = mayStay ? [] : [server.Host!] },
                [.. states.Select(state => state.Name == server.Host ? state with { Used = state.Used + (both - claim) } : state)]);
            if (host is null)
                return null;
            return host == server.Host
                ? server with { Claim = both, OtherHost = null, OtherClaim = Claim.None }
                : server with { Claim = server.Flavor.Claim, OtherHost = host, OtherClaim = claim };
        }, cancellationToken);

    private async Task<Server> PlaceAsync(Fence fence, Func<Server, IReadOnlyList<HostState>, Server?> place, CancellationToken cancellationToken)
    {
        var all = await ListAsync(cancellationToken);
        return await store.PlaceAsync(fence, (server, claims) => place(server, [.. all.Select(host => StateOf(host, claims))]), cancellationToken)
            ?? throw new StepException("No valid host was found.", permanent: true);
    }

    /// <summary>The hosts that say they are there; one that is alone is asked, so that its hypervisor's failure shows as what it is.</summary>
    private async Task<IReadOnlyList<HostState>> ListAsync(CancellationToken cancellationToken)
    {
        if (database.IsShared)
            return [.. (await hosts.ListAsync(cancellationToken)).Select(host => new HostState(host.Name, host.Zone, true, host.IsUp, scheduler.LimitsOf(host.Capacity), Claim.None))];
        var capacity = await new Machines(here, TimeSpan.Zero, null).GetCapacityAsync(cancellationToken);
        return [new HostState(here.Name, Zones.Default, true, true, scheduler.LimitsOf(capacity), Claim.None)];
    }

    private static HostState StateOf(HostState host, HostClaims claims)
        => host with { Enabled = claims.IsEnabled(host.Name), Used = claims.On(host.Name) };
}

/// <summary>What is asked of a server's next host.</summary>
internal readonly record struct PlaceWish
{
    /// <summary>The one host that will do; null for any.</summary>
    public string? OnlyHost { get; init; }

    /// <summary>Whether it must be another than the present one.</summary>
    public bool Leaves { get; init; }
}
