using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>pause: stops the machine's processors; its memory stays where it is.</summary>
internal sealed class PauseServer : Workflow
{
    public override string Action => ActionNames.Pause;

    protected override StateRule Allowed { get; } = new(VmStates.Active) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.Pause, ct => work.Machines.PauseAsync(work.Server, ct)),
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Paused, PowerState = MachineState.Paused };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.Pausing);
}
