using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;

namespace Kiroku.Servers.Work;

/// <summary>
/// What resize and migrate have in common: the server takes a flavor on a full copy of its disk, grown to the flavor's size,
/// here or on another host. The disk it had stays where and as it was until that is confirmed, and a revert goes back to it.
/// </summary>
internal abstract class MovingWorkflow : Workflow
{
    protected override StateRule Allowed { get; } = new(VmStates.Active, VmStates.Stopped) { Host = HostNeed.Last };

    public sealed override IReadOnlyList<Step> Steps(ServerWork work)
    {
        var asked = work.Arguments(ServerJson.Default.ResizeArguments);
        return
        [
            new(EventNames.ColdMigrate, ct => work.PlaceAnewAsync(asked.Flavor, new PlaceWish { OnlyHost = asked.Host, Leaves = asked.Leaves }, ct))
            {
                Host = () => work.Node,
            },
            new(EventNames.PrepResize, async ct =>
            {
                await work.Machines.RefuseSmallerDiskAsync(work.Server, asked.Flavor, ct);
                if (Destination(work) is var next && next != work.Host)
                    await work.On(next).DeleteDiskAsync(work.Server.Id, asked.Generation + 1, ct);
            })
            {
                Host = () => Destination(work),
            },
            new(EventNames.ResizeInstance, async ct =>
            {
                var move = MoveOf(work, asked);
                await work.Machines.StopAsync(work.Server, ct);
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
            },
            new(EventNames.FinishResize, async ct =>
            {
                if (work.Server.Generation == asked.Generation)
                    await work.SaveAsync(s => Switch(s, asked.Flavor), ct);
                if (work.Server.FormerVmState == VmStates.Active)
                    await work.Machines.StartAsync(work.Server, ct);
                else
                    await work.Machines.DefineAsync(work.Server, ct);
            })
            {
                Host = () => Destination(work),
                TaskState = TaskStates.ResizeFinish,
                Undo = async ct =>
                {
                    // It may run on the new disk although its start was given up.
                    if (work.Server.FormerHost == work.Server.Host)
                        await work.Machines.PowerOffAsync(work.Server, ct);
                    else if (work.Server.FormerHost is not null)
                        await work.Machines.UndefineAsync(work.Server, ct);
                    await work.SaveAsync(SwitchBack, ct);
                },
            },
        ];
    }

    public override Server Succeeded(ServerWork work) => work.Server with
    {
        VmState = VmStates.Resized,
        PowerState = work.Server.FormerVmState == VmStates.Active ? MachineState.Running : MachineState.Off,
        LaunchedAt = work.Now,
    };

    /// <summary>As Nova: before the machine was touched the server is what it was, after that it is in ERROR.</summary>
    public override Server Failed(ServerWork work, ServerFault fault)
    {
        var touched = work.Began(EventNames.ResizeInstance);
        return work.Server with
        {
            VmState = touched ? VmStates.Error : work.Server.VmState,
            Fault = touched ? fault : work.Server.Fault,
            FormerVmState = null,
        };
    }

    /// <summary>The server on its former disk again, on the host where that lies; what it leaves takes up nothing any more.</summary>
    public static Server SwitchBack(Server server) => server is { FormerFlavor: { } flavor, FormerHost: { } host } ? server with
    {
        Flavor = flavor,
        FormerFlavor = null,
        Generation = server.FormerGeneration,
        FormerGeneration = null,
        Claim = host == server.Host ? server.Claim : flavor.Claim,
        OtherHost = host == server.Host ? null : server.Host,
        OtherClaim = host == server.Host ? Claim.None : server.Claim,
        Host = host,
        DiskHost = host,
        FormerHost = null,
    } : server;

    private static Server Switch(Server server, ServerFlavor flavor) => server with
    {
        Flavor = flavor,
        FormerFlavor = server.Flavor,
        Generation = server.Generation + 1,
        FormerGeneration = server.Generation,
        FormerHost = server.DiskHost,
        Host = server.OtherHost ?? server.Host,
        DiskHost = server.OtherHost ?? server.Host,
        Claim = server.OtherHost is null ? server.Claim : server.OtherClaim,
        OtherHost = server.OtherHost is null ? null : server.Host,
        OtherClaim = server.OtherHost is null ? Claim.None : server.Claim,
    };

    /// <summary>The host that it goes to or, once it is there, is on.</summary>
    private static string Destination(ServerWork work) => work.Server.FormerGeneration is null ? work.Server.OtherHost ?? work.Host : work.Host;

    private static DiskMove MoveOf(ServerWork work, ResizeArguments asked) => new(work.Host, Destination(work), asked.Generation);

    /// <summary>The machine is off by now, or was never switched off; either way it goes on with the disk it had.</summary>
    private static async Task GoBackAsync(ServerWork work, DiskMove move, CancellationToken cancellationToken)
    {
        // Where it could not be taken back from its destination it may run there, and must not run twice.
        if (work.Server.FormerGeneration is not null)
            return;
        if (work.Server.FormerVmState == VmStates.Active)
            await work.Machines.StartAsync(work.Server, cancellationToken);
        else
            await work.Machines.DefineAsync(work.Server, cancellationToken);
        await move.UndoAsync(work, cancellationToken);
    }
}

/// <summary>The flavor to take, and the generation of the disk that is copied.</summary>
internal sealed record ResizeArguments(ServerFlavor Flavor, int Generation)
{
    /// <summary>The one host that will do; null for any.</summary>
    public string? Host { get; init; }

    /// <summary>Whether the server is to leave its host.</summary>
    public bool Leaves { get; init; }
}
