using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;

namespace Kiroku.Servers.Work;

/// <summary>unshelve: finds a host with room for the server and brings it up there on the disk that was kept.</summary>
internal sealed class UnshelveServer : Workflow
{
    public override string Action => ActionNames.Unshelve;

    protected override StateRule Allowed { get; } = new(VmStates.Shelved, VmStates.ShelvedOffloaded);

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.ScheduleInstances, ct => work.PlaceAsync(work.Server.Flavor.Claim, ct))
        {
            Undo = ct => work.SaveAsync(s => s with { Host = null, Claim = Claim.None }, ct),
        },
        new(EventNames.Unshelve, ct => work.Machines.StartAsync(work.Server, ct))
        {
            TaskState = TaskStates.Spawning,
            Undo = ct => work.Machines.UndefineAsync(work.Server, ct),
        },
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running, LaunchedAt = work.Now };

    public override Server Failed(ServerWork work, ServerFault fault) => work.Server with { PowerState = MachineState.Off };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.Unshelving);
}
