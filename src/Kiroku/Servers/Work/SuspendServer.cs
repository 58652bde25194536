using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>suspend: writes the machine's memory to the host's disk and switches it off.</summary>
internal sealed class SuspendServer : Workflow
{
    public override string Action => ActionNames.Suspend;

    protected override StateRule Allowed { get; } = new(VmStates.Active) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.Suspend, ct => work.Machines.SuspendAsync(work.Server, ct)),
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Suspended, PowerState = MachineState.Off };

    /// <summary>As Nova, which trusts the machine no more.</summary>
    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server with { VmState = VmStates.Error, Fault = fault };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.Suspending);
}
