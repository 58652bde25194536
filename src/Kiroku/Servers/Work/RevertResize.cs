using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>
/// revertResize: goes back to the disk and flavor that the server had before its resize. For a server that was stopped the
/// last step ends with a stop inside it, which finds the machine off.
/// </summary>
internal sealed class RevertResize : Workflow
{
    public override string Action => ActionNames.RevertResize;

    protected override StateRule Allowed { get; } = new(VmStates.Resized);

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.RevertResize, async ct =>
        {
            await work.Machines.StopAsync(work.Server, ct);
            await work.Machines.UndefineAsync(work.Server, ct);
            await work.SaveAsync(s => s with { PowerState = MachineState.Off }, ct);
        }),
        new(EventNames.FinishRevertResize, async ct =>
        {
            if (work.Server.FormerGeneration is not null)
                await work.SaveAsync(s => MovingWorkflow.SwitchBack(s) with { Claim = s.FormerFlavor!.Claim }, ct);
            if (work.Server.OtherHost is null)
                await work.Machines.DeleteDiskAsync(work.Server.Id, work.Server.Generation!.Value + 1, ct);
            await work.LeaveOtherHostAsync(work.Server.Generation!.Value + 1, ct);
            if (work.Server.FormerVmState == VmStates.Active)
            {
                await work.Machines.StartAsync(work.Server, ct);
                return;
            }
            await work.Machines.DefineAsync(work.Server, ct);
            await work.RunInnerAsync(StopServer.StopStep(work), ct);
        })
        {
            Host = () => work.Server.FormerHost ?? work.Host,
        },
    ];

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

    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server with { VmState = VmStates.Error, Fault = fault };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        ConfirmResize.RefuseUnlessResized(server);
        return ShowTaskState(server, TaskStates.ResizeReverting);
    }
}
