using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// os-stop: asks the guest to switch off, and forces it when it takes too long. A machine that is off already counts as
/// stopped.
/// </summary>
internal sealed class StopServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:stop");

    /// <summary>The service itself records the end of a paused machine, too.</summary>
    private static readonly StateRule OfTheService =
        new(VmStates.Active, VmStates.Error, VmStates.Paused) { Host = HostNeed.First };

    public override string Action => ActionNames.Stop;

    public override ActionRoute Route => new("os-stop", Rule);

    protected override StateRule Allowed { get; } = new(VmStates.Active, VmStates.Error) { Host = HostNeed.First };

    protected override string TaskState => TaskStates.PoweringOff;

    public override bool Explains(Server server, MachineState state)
        => server.VmState is VmStates.Active or VmStates.Paused
            && state is MachineState.Off or MachineState.Crashed or MachineState.Absent;

    /// <summary>While it waits for the guest to switch off.</summary>
    public override bool IsCancelable => true;

    public override IReadOnlyList<Step> Steps(ServerWork work)
        => [Stop(work) with { Undo = ct => GoBackAsync(work, ct) }];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Stopped, PowerState = MachineState.Off, RescueImageId = null };

    /// <summary>The stop as a step of its own, which rebuild and revertResize run inside another step.</summary>
    public static Step Stop(ServerWork work)
        => new(EventNames.Stop, work.StopAsync) { TaskState = TaskStates.PoweringOff };

    /// <summary>
    /// A stop that failed leaves the machine as it is. One that was cancelled may find that the guest was quicker.
    /// </summary>
    private static async Task GoBackAsync(ServerWork work, CancellationToken cancellationToken)
    {
        if (work.IsCancelled && work.Server.PowerState == MachineState.Running)
            await work.Machines.StartAsync(work.Server, cancellationToken);
    }

    protected override StateRule RuleFor(ActionRequest request) => request.UserId is null ? OfTheService : Allowed;
}
