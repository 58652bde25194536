using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>os-stop: asks the guest to switch off, and forces it when it takes too long. One that is off already is stopped.</summary>
internal sealed class StopServer : Workflow
{
    public override string Action => ActionNames.Stop;

    private static readonly StateRule Following = new(VmStates.Active, VmStates.Error, VmStates.Paused) { Host = HostNeed.First };

    protected override StateRule Allowed { get; } = new(VmStates.Active, VmStates.Error) { Host = HostNeed.First };

    public override IReadOnlyList<Step> Steps(ServerWork work) => [StopStep(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Stopped, PowerState = MachineState.Off, RescueImageId = null };

    /// <summary>Switching off as a step of its own, which rebuild and revertResize hold inside another.</summary>
    public static Step StopStep(ServerWork work)
        => new(EventNames.Stop, ct => work.Machines.StopAsync(work.Server, ct)) { TaskState = TaskStates.PoweringOff };

    /// <summary>The service itself records the end of a paused machine, too.</summary>
    protected override StateRule? RuleFor(ActionRequest request) => request.UserId is null ? Following : null;

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.PoweringOff);
}
