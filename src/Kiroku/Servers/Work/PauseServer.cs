using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>pause: stops the machine's processors; its memory stays where it is.</summary>
internal sealed class PauseServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-pause-server:pause");

    public override string Action => ActionNames.Pause;

    public override ActionRoute Route => new("pause", Rule);

    protected override StateRule Allowed { get; } = new(VmStates.Active) { Host = HostNeed.Last };

    protected override string TaskState => TaskStates.Pausing;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Pause(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Paused, PowerState = MachineState.Paused };

    private static Step Pause(ServerWork work)
        => new(EventNames.Pause, ct => work.Machines.PauseAsync(work.Server, ct));
}
