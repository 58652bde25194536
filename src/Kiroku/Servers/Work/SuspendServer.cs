using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>suspend: writes the machine's memory to the host's disk and switches it off.</summary>
internal sealed class SuspendServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-suspend-server:suspend");

    public override string Action => ActionNames.Suspend;

    public override ActionRoute Route => new("suspend", Rule);

    protected override StateRule Allowed { get; } = new(VmStates.Active) { Host = HostNeed.Last };

    protected override string TaskState => TaskStates.Suspending;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Suspend(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Suspended, PowerState = MachineState.Off };

    /// <summary>As in Nova, which no longer trusts the machine.</summary>
    public override Server Failed(ServerWork work, ServerFault fault) => InError(work, fault);

    private static Step Suspend(ServerWork work)
        => new(EventNames.Suspend, ct => work.Machines.SuspendAsync(work.Server, ct));
}
