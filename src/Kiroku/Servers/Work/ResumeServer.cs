using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>resume: has a suspended machine go on with the memory that was saved.</summary>
internal sealed class ResumeServer : Workflow
{
    public override string Action => ActionNames.Resume;

    protected override StateRule Allowed { get; } = new(VmStates.Suspended) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.Resume, ct => work.Machines.ContinueAsync(work.Server, ct)),
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    /// <summary>As Nova, which trusts the machine no more.</summary>
    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server with { VmState = VmStates.Error, Fault = fault };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.Resuming);
}
