using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;

namespace Kiroku.Servers.Work;

/// <summary>shelve: switches the server off and gives up its machine and its place on the host; only the disk stays.</summary>
internal sealed class ShelveServer : Workflow
{
    public override string Action => ActionNames.Shelve;

    protected override StateRule Allowed { get; } = new(VmStates.Active, VmStates.Stopped, VmStates.Paused, VmStates.Suspended);

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.ShelveOffload, async ct =>
        {
            await work.Machines.StopAsync(work.Server, ct);
            await work.Machines.UndefineAsync(work.Server, ct);
            await work.SaveAsync(s => s with { Host = null, Claim = Claim.None, PowerState = MachineState.Off }, ct);
        })
        {
            TaskState = TaskStates.ShelvingOffloading,
            Undo = async ct =>
            {
                if (work.Server.VmState == VmStates.Active)
                    await work.Machines.StartAsync(work.Server, ct);
                else
                    await work.Machines.DefineAsync(work.Server, ct);
            },
        },
    ];

    public override Server Succeeded(ServerWork work) => work.Server with { VmState = VmStates.ShelvedOffloaded };

    /// <summary>What was paused and is switched off by now cannot go on any more.</summary>
    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server is { VmState: VmStates.Paused, PowerState: not MachineState.Paused } off ? off with { VmState = VmStates.Stopped } : work.Server;

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.Shelving);
}
