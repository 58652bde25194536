using System.Collections.Concurrent;
using Kiroku.Hypervisors;
using Kiroku.Networks;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Upkeep;

/// <summary>
/// Brings changes of security groups, and of the groups that servers are in, to the cards of this host's machines. It
/// looks again and again, because any node may have changed them, and the hypervisor is told only what is new to it.
/// </summary>
internal sealed partial class FilterKeeper(
    IHypervisor hypervisor, ServerStore servers, GroupStore store, ServiceSettings settings, TimeProvider time,
    ILogger<FilterKeeper> logger) : RepeatedWork(Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How often in a row the card of a server could not be told what it should let through.</summary>
    private readonly ConcurrentDictionary<Guid, int> failures = new();

    protected override string Work => "Bringing security groups to the machines' cards";

    protected override Task ReadyAsync(CancellationToken cancellationToken)
        => hypervisor.Connected.WaitAsync(cancellationToken);

    protected override Task WorkAsync(CancellationToken cancellationToken) => KeepAsync(cancellationToken);

    /// <summary>Brings to the cards of all machines what is new.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var kept = (await store.ListAsync(projectId: null, cancellationToken)).ToLookup(group => group.ProjectId);
        if (kept.Count == 0)
            return;
        var here = await servers.ListWhereAsync(
            "(host = @Host OR other_host = @Host)", new { settings.Host }, cancellationToken);
        // All at once, because a machine that is being stopped has others wait for their turn.
        await Task.WhenAll(here.Select(server => FilterAsync(server, [.. kept[server.ProjectId]], cancellationToken)));
    }

    /// <summary>One card that cannot be filtered must not keep others from it.</summary>
    private async Task FilterAsync(
        Server server, IReadOnlyList<SecurityGroup> groups, CancellationToken cancellationToken)
    {
        if (server.Labels.NoCard || GroupFilters.Of(server, groups) is not { } filter)
            return;
        try
        {
            await hypervisor.FilterAsync(server.Id, filter, cancellationToken);
            failures.TryRemove(server.Id, out _);
        }
        catch (HypervisorException e)
        {
            // Once may be the machine's being busy with something else.
            if (failures.AddOrUpdate(server.Id, 1, (_, before) => before + 1) == 2)
                LogUnfiltered(server.Id, e);
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "The card of {Server} does not let through what its security groups say; it is tried again and again")]
    private partial void LogUnfiltered(Guid server, Exception exception);
}
