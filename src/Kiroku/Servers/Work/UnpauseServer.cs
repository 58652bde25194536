using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>unpause: lets a paused machine go on.</summary>
internal sealed class UnpauseServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-pause-server:unpause");

    public override string Action => ActionNames.Unpause;

    public override ActionRoute Route => new("unpause", Rule);

    protected override StateRule Allowed { get; } = new(VmStates.Paused) { Host = HostNeed.Last };

    protected override string TaskState => TaskStates.Unpausing;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Unpause(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    private static Step Unpause(ServerWork work)
        => new(EventNames.Unpause, ct => work.Machines.ContinueAsync(work.Server, ct));
}
