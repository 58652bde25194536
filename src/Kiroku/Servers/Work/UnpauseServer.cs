using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>unpause: has a paused machine go on.</summary>
internal sealed class UnpauseServer : Workflow
{
    public override string Action => ActionNames.Unpause;

    protected override StateRule Allowed { get; } = new(VmStates.Paused) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.Unpause, ct => work.Machines.ContinueAsync(work.Server, ct)),
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.Unpausing);
}
