using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>resume: lets a suspended machine go on with the memory that was saved.</summary>
internal sealed class ResumeServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-suspend-server:resume");

    public override string Action => ActionNames.Resume;

    public override ActionRoute Route => new("resume", Rule);

    protected override StateRule Allowed { get; } = new(VmStates.Suspended) { Host = HostNeed.Last };

    protected override string TaskState => TaskStates.Resuming;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Resume(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    /// <summary>As in Nova, which no longer trusts the machine.</summary>
    public override Server Failed(ServerWork work, ServerFault fault) => InError(work, fault);

    private static Step Resume(ServerWork work)
        => new(EventNames.Resume, ct => work.Machines.ContinueAsync(work.Server, ct));
}
