using System.Collections.Concurrent;
using Kiroku.Hypervisors;
using Kiroku.Networks;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Brings changes of security groups, and of the groups that servers are in, to the cards of this host's machines. It
/// asks again and again whether there are any, because any node may have made them, and the hypervisor is told only
/// what is new to it.
/// </summary>
internal sealed partial class FilterKeeper(
    IHypervisor hypervisor, WatchedServers watched, ServerStore servers, GroupStore store, ServiceSettings settings,
    TimeProvider time, ILogger<FilterKeeper> logger) : RepeatedWork(Interval, time, logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How often in a row the card of a server could not be told what it should let through.</summary>
    private readonly ConcurrentDictionary<Guid, int> failures = new();

    private volatile Known known = new([], []);

    protected override string Work => "Bringing security groups to the machines' cards";

    protected override Task ReadyAsync(CancellationToken cancellationToken)
        => hypervisor.Connected.WaitAsync(cancellationToken);

    /// <summary>What QEMU itself forwards passes no filter, whatever is set up on the host.</summary>
    protected override async Task<bool> IsNeededAsync(CancellationToken cancellationToken)
        => (await hypervisor.GetNetworkAsync(cancellationToken)).Kind is NetworkKind.Bridge or NetworkKind.Libvirt;

    protected override Task WorkAsync(CancellationToken cancellationToken) => KeepAsync(cancellationToken);

    /// <summary>Brings to the cards of all machines what is new.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var cards = await watched.ListCardsAsync(settings.Host, cancellationToken);
        if (!cards.SequenceEqual(known.Cards))
            known = new Known(cards, await ReadAsync(cards, cancellationToken));
        // All at once, because a machine that is being stopped has others wait for their turn.
        await Task.WhenAll(known.Filters.Select(one => FilterAsync(one.Server, one.Filter, cancellationToken)));
    }

    private async Task<IReadOnlyList<(Guid Server, CardFilter Filter)>> ReadAsync(
        IReadOnlyList<FilteredCard> cards, CancellationToken cancellationToken)
    {
        var groups = new Dictionary<string, IReadOnlyList<SecurityGroup>>();
        foreach (var project in cards.Select(card => card.ProjectId).Distinct())
            groups[project] = await store.ListAsync(project, cancellationToken);
        var here = await servers.ListWhereAsync(
            WatchedServers.OnOrMoving, new { host = settings.Host }, cancellationToken);
        return
        [
            .. from server in here
               where !server.Labels.NoCard && groups.ContainsKey(server.ProjectId)
               let filter = GroupFilters.Of(server, groups[server.ProjectId])
               where filter is not null
               select (server.Id, filter),
        ];
    }

    /// <summary>One card that cannot be filtered must not keep others from it.</summary>
    private async Task FilterAsync(Guid server, CardFilter filter, CancellationToken cancellationToken)
    {
        try
        {
            await hypervisor.FilterAsync(server, filter, cancellationToken);
            failures.TryRemove(server, out _);
        }
        catch (HypervisorException e)
        {
            // Once may be the machine's being busy with something else.
            if (failures.AddOrUpdate(server, 1, (_, before) => before + 1) == 2)
                LogUnfiltered(server, e);
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "The card of {Server} does not let through what its security groups say; it is tried again and again")]
    private partial void LogUnfiltered(Guid server, Exception exception);

    /// <summary>What was last read: the cards, and the filters that follow for them.</summary>
    private sealed record Known(
        IReadOnlyList<FilteredCard> Cards, IReadOnlyList<(Guid Server, CardFilter Filter)> Filters);
}
