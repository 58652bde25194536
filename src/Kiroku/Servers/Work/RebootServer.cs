using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>
/// reboot: SOFT asks the guest to switch off and switches it on again, HARD cuts the power and makes the machine anew from
/// the server's row, which also brings a server out of ERROR. HARD takes over what only holds the machine: another reboot,
/// a pause, a suspension.
/// </summary>
internal sealed class RebootServer : Workflow
{
    private static readonly StateRule Soft = new(VmStates.Active) { Host = HostNeed.Last };

    private static readonly StateRule Hard = new(VmStates.Active, VmStates.Stopped, VmStates.Paused, VmStates.Suspended, VmStates.Error)
    {
        TaskStates =
        [
            TaskStates.Rebooting, TaskStates.RebootPending, TaskStates.RebootStarted, TaskStates.RebootingHard,
            TaskStates.Pausing, TaskStates.Unpausing, TaskStates.Suspending, TaskStates.Resuming,
        ],
        Host = HostNeed.Last,
    };

    public override string Action => ActionNames.Reboot;

    protected override StateRule Allowed => Soft;

    public override bool TakesOver(ActionRequest request) => IsHard(request);

    public override IReadOnlyList<Step> Steps(ServerWork work)
    {
        var hard = work.Arguments(ServerJson.Default.RebootArguments).Hard;
        return
        [
            new(EventNames.Reboot, async ct =>
            {
                if (hard)
                    await work.Machines.PowerOffAsync(work.Server, ct);
                else
                    await work.Machines.StopAsync(work.Server, ct);
                await work.LeaveRescueAsync(ct);
                await work.SaveAsync(s => s with { TaskState = hard ? TaskStates.RebootStartedHard : TaskStates.RebootStarted }, ct);
                await work.Machines.StartAsync(work.Server, ct);
            })
            {
                TaskState = hard ? TaskStates.RebootPendingHard : TaskStates.RebootPending,
            },
        ];
    }

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server is { VmState: VmStates.Active, PowerState: MachineState.Running } running
            ? running
            : work.Server with { VmState = VmStates.Error, Fault = fault };

    protected override StateRule? RuleFor(ActionRequest request) => IsHard(request) ? Hard : Soft;

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var hard = IsHard(request);
        return ShowTaskState(server, hard ? TaskStates.RebootingHard : TaskStates.Rebooting,
            JsonSerializer.Serialize(new RebootArguments(hard), ServerJson.Default.RebootArguments));
    }

    private static bool IsHard(ActionRequest request)
        => request.ReadBody().GetProperty("reboot").GetProperty("type").GetString()!.Equals("HARD", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Whether the power is cut.</summary>
internal sealed record RebootArguments(bool Hard);
