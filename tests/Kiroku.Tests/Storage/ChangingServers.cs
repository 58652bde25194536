using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Tests.Storage;

/// <summary>
/// Servers that are created, placed, resized, moved, shelved, deleted and purged as actions do it, one step of each at
/// a time, all at once. What is done depends only on numbers that are the same in every run.
/// </summary>
internal sealed class ChangingServers(IDatabase database, ServerStore store, ActionStore actions, int count)
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly string[] Hosts = ["a", "b", "c"];
    private readonly Random random = new(36);
    private readonly Guid?[] ids = new Guid?[count];

    /// <summary>Takes each server one step further.</summary>
    public async Task ChangeAllAsync(CancellationToken cancellationToken)
    {
        var dice = ids.Select(_ => (First: random.Next(1000), Second: random.Next(1000))).ToList();
        await Task.WhenAll(dice.Select((rolled, index) => Task.Run(
            () => ChangeAsync(index, rolled.First, rolled.Second, cancellationToken), cancellationToken)));
    }

    /// <summary>Ends what runs and deletes what there is.</summary>
    public async Task DeleteAllAsync(CancellationToken cancellationToken)
    {
        foreach (var id in ids.OfType<Guid>())
        {
            while (await store.FindAsync(id, cancellationToken) is { Deleted: false } server)
                await (server.RunningAction is null
                    ? BeginAsync(server, ActionNames.Delete, server, cancellationToken)
                    : GoOnAsync(server, first: 0, second: 0, cancellationToken));
        }
    }

    private async Task ChangeAsync(int index, int first, int second, CancellationToken cancellationToken)
    {
        var server = ids[index] is { } id ? await store.FindAsync(id, cancellationToken) : null;
        if (server is null)
            ids[index] = await CreateAsync(first, second, cancellationToken);
        else if (server.Deleted)
            await database.WriteAsync(
                db => new RecordedServers().RemoveDeletedAsync(db, [server.Id]), cancellationToken);
        else if (server.RunningAction is null)
            await BeginAsync(server, first, second, cancellationToken);
        else
            await GoOnAsync(server, first, second, cancellationToken);
    }

    private async Task<Guid> CreateAsync(int first, int second, CancellationToken cancellationToken)
    {
        var server = new Server
        {
            Id = Guid.NewGuid(),
            Name = "vm",
            ProjectId = $"project-{first % 3}",
            UserId = "u",
            ImageId = "i",
            Flavor = FlavorOf(second),
            VmState = VmStates.Building,
            TaskState = ActionNames.Create,
            RunningAction = $"req-{Guid.NewGuid()}",
            CreatedAt = Now,
            UpdatedAt = Now,
        };
        await store.InsertAsync(
            [(server, RecordOf(server, server.RunningAction))], new Keeping(null, new Answer("", 202)),
            _ => Task.CompletedTask, cancellationToken);
        return server.Id;
    }

    private Task BeginAsync(Server server, int first, int second, CancellationToken cancellationToken)
    {
        if (first % 5 == 0)
            return BeginAsync(server, ActionNames.Delete, server, cancellationToken);
        if (server.Host is null)
            return BeginAsync(server, ActionNames.Unshelve, server, cancellationToken);
        if (server.Former is not null)
            return BeginAsync(
                server, first % 2 == 0 ? ActionNames.ConfirmResize : ActionNames.RevertResize, server,
                cancellationToken);
        return first % 3 == 0
            ? BeginAsync(server, ActionNames.Shelve, server, cancellationToken)
            : BeginAsync(
                server, ActionNames.Resize, server with { NextFlavor = FlavorOf(second) }, cancellationToken);
    }

    private async Task BeginAsync(Server seen, string action, Server changed, CancellationToken cancellationToken)
    {
        var record = RecordOf(seen, $"req-{Guid.NewGuid()}") with { Action = action };
        var acceptance = new Acceptance(
            changed with { TaskState = action }, record, new Keeping(null, new Answer("", 202)), null)
        {
            GiveUp = (_, _) => Task.CompletedTask,
            AlsoWrite = action == ActionNames.Resize ? _ => Task.CompletedTask : null,
        };
        Assert.NotNull(await store.BeginActionAsync(seen, acceptance, cancellationToken));
    }

    /// <summary>One step of the running action, which is its task state, or its end.</summary>
    private Task GoOnAsync(Server server, int first, int second, CancellationToken cancellationToken)
        => server switch
        {
            { TaskState: ActionNames.Create or ActionNames.Unshelve, Host: null }
                => PlaceAsync(server, Placed(server, Hosts[second % 3]), cancellationToken),
            { TaskState: ActionNames.Create or ActionNames.Unshelve }
                => EndAsync(
                    server, Known(server with { Disk = new ServerDisk(server.Host, 1) }, first), cancellationToken),
            { TaskState: ActionNames.Shelve, Host: not null }
                => SaveAsync(
                    server, server with { Host = null, Claim = Claim.None, Addresses = [] }, cancellationToken),
            { TaskState: ActionNames.Resize, Former: not null }
                => EndAsync(server, server with { VmState = VmStates.Resized }, cancellationToken),
            { TaskState: ActionNames.Resize } when first % 4 == 0 => EndAsync(server, server, cancellationToken),
            { TaskState: ActionNames.Resize } when server.Claim == server.Flavor.Claim && server.Other is null
                => PlaceAsync(server, PlacedAnew(server, Hosts[second % 3]), cancellationToken),
            { TaskState: ActionNames.Resize }
                => SaveAsync(server, server.OnNextDisk(server.NextFlavor!), cancellationToken),
            { TaskState: ActionNames.RevertResize, Former: not null }
                => SaveAsync(server, server.OnFormerDisk(), cancellationToken),
            { TaskState: ActionNames.Delete } => EndAsync(
                server, server with { VmState = VmStates.Deleted, Deleted = true }, cancellationToken),
            _ => EndAsync(server, Known(server with { VmState = VmStates.Active }, first), cancellationToken),
        };

    private static Server Placed(Server server, string host)
        => server with { Host = host, Claim = server.Flavor.Claim };

    /// <summary>One card with an address that others have as well, and with another one or none yet.</summary>
    private static Server Known(Server server, int number) => server with
    {
        Addresses =
        [
            .. new[] { $"192.0.2.{number % 16}", number % 2 == 0 ? $"2001:db8::{number % 8}" : null }.Select(
                address => new MachineAddress("default", address, $"52:54:00:00:00:{number % 64:x2}")),
        ],
    };

    private static Server PlacedAnew(Server server, string host) => host == server.Host
        ? server with { Claim = Claim.OfBoth(server.Flavor.Claim, server.NextFlavor!.Claim) }
        : server with { Other = new HostClaim(host, server.NextFlavor!.Claim) };

    private async Task PlaceAsync(Server server, Server placed, CancellationToken cancellationToken)
        => Assert.NotNull(await store.PlaceAsync(
            server.Fence, (_, _) => Task.FromResult<Server?>(placed), cancellationToken));

    private Task SaveAsync(Server known, Server server, CancellationToken cancellationToken)
        => store.SaveAsync(server.Fence, server, known, cancellationToken);

    private async Task EndAsync(Server known, Server server, CancellationToken cancellationToken)
    {
        var running = (await actions.FindAsync(server.Id, server.RunningAction!, cancellationToken))!;
        await store.EndActionAsync(server.AtRest(), known, running.End(Outcomes.Succeeded, Now), cancellationToken);
    }

    private static ServerFlavor FlavorOf(int number)
        => new($"{number}", $"flavor {number}", 1 + (number % 4), 64 * (1 + (number / 4 % 4)), 1 + (number / 16 % 4));

    private static ActionRecord RecordOf(Server server, string request) => new()
    {
        ServerId = server.Id,
        RequestId = request,
        Action = ActionNames.Create,
        StartTime = Now,
        UpdatedAt = Now,
        Outcome = Outcomes.Running,
    };
}
