using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// revertResize: goes back to the disk and flavor that the server had before its resize. If the server was stopped, the
/// last step ends with a stop inside it, which finds the machine off.
/// </summary>
internal sealed class RevertResize : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:revert_resize");

    public override string Action => ActionNames.RevertResize;

    public override ActionRoute Route => new("revertResize", Rule);

    protected override StateRule Allowed { get; } = new(VmStates.Resized);

    protected override string TaskState => TaskStates.ResizeReverting;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Revert(work), FinishRevert(work)];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work)
    {
        var active = work.Server.FormerVmState == VmStates.Active;
        return work.Server with
        {
            VmState = active ? VmStates.Active : VmStates.Stopped,
            PowerState = active ? MachineState.Running : MachineState.Off,
            LaunchedAt = work.Now,
            FormerVmState = null,
        };
    }

    public override Server Failed(ServerWork work, ServerFault fault) => InError(work, fault);

    protected override Task<Accepted> PrepareAsync(
        Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        ConfirmResize.RefuseUnlessResized(server);
        return base.PrepareAsync(server, request, cancellationToken);
    }

    private static Step Revert(ServerWork work) => new(EventNames.RevertResize, async ct =>
    {
        if (work.Server.Former is { Disk: var former })
            await work.On(former.Host).RequireDiskAsync(work.Server.Id, former.Generation, ct);
        await work.StopAsync(ct);
        await work.Machines.UndefineAsync(work.Server, ct);
        await work.SaveAsync(s => s with { PowerState = MachineState.Off }, ct);
    });

    private static Step FinishRevert(ServerWork work) => new(EventNames.FinishRevertResize, async ct =>
    {
        if (work.Server.Former is { Flavor: var flavor })
            await work.SaveAsync(s => s.OnFormerDisk() with { Claim = flavor.Claim }, ct);
        var dropped = work.Server.Disk!.Generation + 1;
        if (work.Server.Other is null)
            await work.Machines.DeleteDiskAsync(work.Server.Id, dropped, ct);
        await work.LeaveOtherHostAsync(dropped, ct);
        if (work.Server.FormerVmState == VmStates.Active)
            await work.Machines.StartAsync(work.Server, ct);
        else
            await work.Machines.DefineAsync(work.Server, ct);
        await work.LookAtAddressesAsync(ct);
        if (work.Server.FormerVmState != VmStates.Active)
            await work.RunInnerAsync(StopServer.Stop(work), ct);
    })
    {
        Host = () => work.Server.Former?.Disk.Host ?? work.Host,
    };
}
