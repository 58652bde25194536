using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>os-stop: asks the guest to switch off, and forces it when it takes too long. One that is off already is stopped.</summary>
internal sealed class StopServer : Workflow
{
    public override string Action => ActionNames.Stop;

    protected override StateRule Allowed { get; } = new(VmStates.Active, VmStates.Error) { Host = HostNeed.First };

    public override IReadOnlyList<Step> Steps(ServerWork work) => [StopStep(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Stopped, PowerState = MachineState.Off };

    /// <summary>Switching off as a step of its own, which rebuild and revertResize hold inside another.</summary>
    public static Step StopStep(ServerWork work)
        => new(EventNames.Stop, ct => work.Machines.StopAsync(work.Server, ct)) { TaskState = TaskStates.PoweringOff };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.PoweringOff);
}
