using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// The common part of resize and migrate: the server takes a flavor on a full copy of its disk, grown to the flavor's
/// size, here or on another host. The former disk stays as it is until the resize is confirmed, and a revert goes back
/// to it.
/// </summary>
/// <typeparam name="TAsked">The content of the body.</typeparam>
internal abstract class MovingWorkflow<TAsked> : Workflow<TAsked>
    where TAsked : notnull
{
    protected override StateRule Allowed { get; } = new(VmStates.Active, VmStates.Stopped) { Host = HostNeed.Last };

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work) => work.Server with
    {
        VmState = VmStates.Resized,
        PowerState = work.Server.FormerVmState == VmStates.Active ? MachineState.Running : MachineState.Off,
        LaunchedAt = work.Now,
    };

    /// <summary>
    /// As in Nova, a failure before the machine is touched leaves the server as it was, and a later one leaves it in
    /// ERROR.
    /// </summary>
    public override Server Failed(ServerWork work, ServerFault fault)
    {
        var server = work.Began(EventNames.ResizeInstance) ? InError(work, fault) : work.Server;
        return server with { FormerVmState = null };
    }

    /// <summary>
    /// Until the server's row names the new disk. From then on it may have written there; a revert goes back.
    /// </summary>
    public override bool IsCancelable => true;

    public override Server Cancelled(ServerWork work, ServerFault fault) => work.Server with { FormerVmState = null };

    protected static Accepted Accept(Server server, ResizeArguments arguments)
        => new(server with { TaskState = TaskStates.ResizePrep, FormerVmState = server.VmState }, arguments);

    protected static Step ColdMigrate(ServerWork work)
    {
        var asked = work.Arguments<ResizeArguments>();
        var wish = new PlaceWish { OnlyHost = asked.Host, Leaves = asked.Leaves };
        return new(EventNames.ColdMigrate, ct => work.PlaceAnewAsync(asked.Flavor, wish, ct))
        {
            Host = () => work.Node,
        };
    }

    protected static Step PrepResize(ServerWork work)
    {
        var asked = work.Arguments<ResizeArguments>();
        return new(EventNames.PrepResize, async ct =>
        {
            await work.Machines.RefuseSmallerDiskAsync(work.Server, asked.Flavor, ct);
            if (Destination(work) is var next && next != work.Host)
                await work.On(next).DeleteDiskAsync(work.Server.Id, asked.Generation + 1, ct);
        })
        {
            Host = () => Destination(work),
        };
    }

    protected static Step ResizeInstance(ServerWork work)
    {
        var asked = work.Arguments<ResizeArguments>();
        return new(EventNames.ResizeInstance, async ct =>
        {
            var move = MoveOf(work, asked);
            await work.StopAsync(ct);
            await work.SaveAsync(s => s with { PowerState = MachineState.Off }, ct);
            if (move.From != move.To)
                await work.LeaveRescueAsync(ct);
            await move.RunAsync(work, asked.Flavor, ct);
            if (move.From != move.To)
                await work.Machines.UndefineAsync(work.Server, ct);
            await work.SaveAsync(s => s with { TaskState = TaskStates.ResizeMigrated }, ct);
        })
        {
            TaskState = TaskStates.ResizeMigrating,
            Undo = ct => GoBackAsync(work, MoveOf(work, asked), ct),
        };
    }

    protected static Step FinishResize(ServerWork work)
    {
        var asked = work.Arguments<ResizeArguments>();
        return new(EventNames.FinishResize, async ct =>
        {
            if (work.Server.Disk?.Generation == asked.Generation)
                await work.SaveAsync(s => s.OnNextDisk(asked.Flavor), ct);
            if (work.Server.FormerVmState == VmStates.Active)
                await work.Machines.StartAsync(work.Server, ct);
            else
                await work.Machines.DefineAsync(work.Server, ct);
            await work.LookAtAddressesAsync(ct);
        })
        {
            Host = () => Destination(work),
            IsPointOfNoReturn = true,
            TaskState = TaskStates.ResizeFinish,
            Undo = ct => ComeBackAsync(work, ct),
        };
    }

    /// <summary>
    /// The machine is off by now, or was never switched off; either way it goes on with the disk it had.
    /// </summary>
    private static async Task GoBackAsync(ServerWork work, DiskMove move, CancellationToken cancellationToken)
    {
        // If the last step could not be undone, the machine may run at its destination, and must not run twice.
        if (work.Server.Former is not null)
            return;
        if (work.Server.FormerVmState == VmStates.Active)
            await work.Machines.StartAsync(work.Server, cancellationToken);
        else
            await work.Machines.DefineAsync(work.Server, cancellationToken);
        await move.UndoAsync(work, cancellationToken);
    }

    /// <summary>Ends the machine on the new disk: it may run although its start was given up.</summary>
    private static async Task ComeBackAsync(ServerWork work, CancellationToken cancellationToken)
    {
        if (work.Server.Former?.Disk.Host is { } former)
        {
            if (former == work.Server.Host)
                await work.Machines.PowerOffAsync(work.Server, cancellationToken);
            else
                await work.Machines.UndefineAsync(work.Server, cancellationToken);
        }
        await work.SaveAsync(s => s.OnFormerDisk(), cancellationToken);
    }

    /// <summary>The host that the server moves to or, once it has arrived, is on.</summary>
    private static string Destination(ServerWork work)
        => work.Server.Former is null ? work.Server.Other?.Host ?? work.Host : work.Host;

    private static DiskMove MoveOf(ServerWork work, ResizeArguments asked)
        => new(work.Host, Destination(work), asked.Generation);
}

/// <summary>The flavor to take, and the generation of the disk that is copied.</summary>
internal sealed record ResizeArguments(ServerFlavor Flavor, int Generation)
{
    /// <summary>The only host that will do; null for any.</summary>
    public string? Host { get; init; }

    /// <summary>Whether the server is to leave its host.</summary>
    public bool Leaves { get; init; }
}
