using System.Data.Common;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Networks;
using Kiroku.Nodes;
using Kiroku.Scheduling;
using Kiroku.Servers.Groups;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Microsoft.Extensions.Options;
using Host = Kiroku.Nodes.Host;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Finds hosts for servers and claims room there, in the same transaction that reads which room is claimed already.
/// </summary>
internal sealed class Placing(
    HostWatch hosts, LocalHost here, Scheduler scheduler, ServerStore store, IDatabase database,
    IOptions<SchedulingOptions> options)
{
    private const string Unenforced = "Some hosts cannot enforce the security groups of the server's project.";

    /// <summary>Places a server that is on no host.</summary>
    /// <exception cref="StepException">Permanent: no host will do.</exception>
    public Task<Server> PlaceAsync(Fence fence, PlaceWish wish, CancellationToken cancellationToken)
        => PlaceAsync(
            fence,
            server => new SpecToPlace(server.Flavor.Claim)
            {
                Zone = server.Labels.PinnedZone,
                OnlyHost = wish.OnlyHost,
                Demands = ServerHardware.DemandsOf(server, server.Flavor),
            },
            (server, host) => server with { Host = host.Name, Zone = host.Zone, Claim = server.Flavor.Claim },
            cancellationToken);

    /// <summary>
    /// Places a server that takes another flavor. If it stays on its host, it claims room for both flavors until the
    /// resize is confirmed; on another host it claims the new flavor's room.
    /// </summary>
    /// <exception cref="StepException">Permanent: no host will do.</exception>
    public Task<Server> PlaceAnewAsync(
        Fence fence, ServerFlavor flavor, PlaceWish wish, CancellationToken cancellationToken)
        => PlaceAsync(
            fence,
            server => new SpecToPlace(flavor.Claim)
            {
                Zone = server.Labels.PinnedZone,
                OnlyHost = wish.OnlyHost,
                Demands = ServerHardware.DemandsOf(server, flavor),
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
        IReadOnlyList<string> unmet = [];
        return await store.PlaceAsync(fence, async (connection, server) =>
        {
            var all = await hosts.ListAsync(connection, look, except: server.Id);
            var unfiltered = await UnfilteredAsync(connection, all, server);
            var spec = ask(server);
            spec = spec with
            {
                Group = await ServerGroupStore.FindToPlaceAsync(connection, server),
                Excluded =
                [
                    .. spec.Excluded, .. await KeptVolumes.ListHostsAsync(connection, server), .. Outside(all, server),
                    .. await UnsuitableAsync(connection, all, server), .. unfiltered,
                ],
            };
            IReadOnlyList<HostState> states = [.. all.Select(host => host.State(scheduler))];
            var best = scheduler.Choose(spec, states);
            unmet =
            [
                .. spec.Demands.Where(demand => !states.Any(demand.IsMetBy)).Select(demand => demand.Sentence),
                .. unfiltered.Count > 0 ? [Unenforced] : Array.Empty<string>(),
            ];
            return best is null ? null : place(server, all.Single(host => host.Name == best));
        }, cancellationToken) ?? throw NoValidHost(unmet);
    }

    /// <summary>Fails where a server's own host cannot give it what its image and flavor ask for.</summary>
    /// <exception cref="StepException">Permanent: it cannot.</exception>
    public async Task RequireAsync(
        Server server, IReadOnlyList<HostDemand> demands, CancellationToken cancellationToken)
    {
        if (demands.Count == 0)
            return;
        var host = (await hosts.FindAsync(server.Host!, cancellationToken))?.State(scheduler);
        var unmet = demands.Where(demand => host is null || !demand.IsMetBy(host)).ToList();
        if (unmet.Count > 0)
            throw NoValidHost([.. unmet.Select(demand => demand.Sentence)]);
    }

    private static StepException NoValidHost(IReadOnlyList<string> unmet)
    {
        var why = unmet.Take(1).Select(sentence => $" {sentence}");
        return new StepException($"No valid host was found.{string.Concat(why)}", permanent: true)
        {
            ReasonCode = ReasonCodes.NoValidHost,
        };
    }

    /// <summary>The hosts without the network that the server is to stay in.</summary>
    private static IEnumerable<string> Outside(IEnumerable<Host> hosts, Server server)
        => server.Labels.NetworkId is not { } id ? [] : hosts
            .Where(host => host.Network is not { } network || CloudNetwork.IdOf(network) != id)
            .Select(host => host.Name);

    /// <summary>The hosts that do not enforce the security groups of the server's project.</summary>
    private static async Task<IReadOnlyList<string>> UnfilteredAsync(
        DbConnection connection, IEnumerable<Host> hosts, Server server)
    {
        if (server.Labels.NoCard || !await GroupStore.HasAnyAsync(connection, server.ProjectId))
            return [];
        return
        [
            .. hosts.Where(host => host.Network is not ({ FiltersCards: true } or { Kind: NetworkKind.None }))
                .Select(host => host.Name),
        ];
    }

    /// <summary>The hosts where the server must not be for the sake of others.</summary>
    private static async Task<IEnumerable<string>> UnsuitableAsync(
        DbConnection connection, IEnumerable<Host> hosts, Server server)
        => server.Labels.Hints is { } hints
            ? await hints.ListUnsuitableAsync(connection, hosts.Select(host => host.Name))
            : [];

    /// <summary>
    /// Looks at this node's host. A lone node asks its own hypervisor, so that a failure there is reported as what it
    /// is.
    /// </summary>
    private async Task<HostLook> LookAsync(CancellationToken cancellationToken) => database.IsShared
        ? await hosts.LookAsync(cancellationToken)
        : new HostLook(true, await HostMachines.ExplainAsync(() => here.GetCapacityAsync(cancellationToken)));
}

/// <summary>The wishes for a server's next host.</summary>
internal readonly record struct PlaceWish
{
    /// <summary>The only host that will do; null for any.</summary>
    public string? OnlyHost { get; init; }

    /// <summary>Whether the server must leave its present host.</summary>
    public bool Leaves { get; init; }
}
