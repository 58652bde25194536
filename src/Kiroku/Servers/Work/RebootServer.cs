using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// reboot: SOFT asks the guest to switch off and switches it on again, HARD cuts the power and makes the machine anew
/// from the server's row, which also brings a server out of ERROR. HARD takes the place of an action that only holds
/// the machine: another reboot, a pause, a suspension.
/// </summary>
internal sealed class RebootServer : Workflow<RebootArguments>
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:reboot");

    private static readonly StateRule Hard =
        new(VmStates.Active, VmStates.Stopped, VmStates.Paused, VmStates.Suspended, VmStates.Error)
        {
            TaskStates =
            [
                TaskStates.Rebooting, TaskStates.RebootPending, TaskStates.RebootStarted, TaskStates.RebootingHard,
                TaskStates.Pausing, TaskStates.Unpausing, TaskStates.Suspending, TaskStates.Resuming,
            ],
            Host = HostNeed.Last,
        };

    private static readonly Schema Type = Schema.OneWordOf("HARD", "Hard", "hard", "SOFT", "Soft", "soft");

    private static readonly Schema Body
        = Schema.Body("reboot", Schema.Object(("type", Type)) with { Required = ["type"] });

    public override string Action => ActionNames.Reboot;

    public override ActionRoute Route => new("reboot", Rule) { Body = (_, _) => Body };

    protected override StateRule Allowed { get; } = new(VmStates.Active) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Reboot(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server is { VmState: VmStates.Active, PowerState: MachineState.Running } running
            ? running : InError(work, fault);

    protected override RebootArguments ReadAsked(JsonElement asked, Microversion version)
        => new(asked.GetProperty("type").GetString()!.Equals("HARD", StringComparison.OrdinalIgnoreCase));

    protected override bool TakesOver(RebootArguments asked) => asked.Hard;

    protected override StateRule RuleFor(RebootArguments asked) => asked.Hard ? Hard : Allowed;

    protected override Task<Accepted> PrepareAsync(
        Server server, RebootArguments asked, ActionRequest request, CancellationToken cancellationToken)
    {
        var taskState = asked.Hard ? TaskStates.RebootingHard : TaskStates.Rebooting;
        return Task.FromResult(new Accepted(server with { TaskState = taskState }, asked));
    }

    /// <summary>HARD asks nothing first: it also frees what hangs, such as a copy of the disk.</summary>
    private static async Task StopAsync(ServerWork work, CancellationToken cancellationToken)
    {
        await work.RequireDiskAsync(cancellationToken);
        await work.StopAsync(cancellationToken);
    }

    private static Step Reboot(ServerWork work)
    {
        var hard = work.Arguments<RebootArguments>().Hard;
        return new(EventNames.Reboot, async ct =>
        {
            if (hard)
                await work.PowerOffAsync(ct);
            else
                await StopAsync(work, ct);
            await work.LeaveRescueAsync(ct);
            var taskState = hard ? TaskStates.RebootStartedHard : TaskStates.RebootStarted;
            await work.SaveAsync(s => s with { TaskState = taskState }, ct);
            await work.Machines.StartAsync(work.Server, ct);
        })
        {
            TaskState = hard ? TaskStates.RebootPendingHard : TaskStates.RebootPending,
        };
    }
}

/// <summary>Whether the power is cut.</summary>
internal sealed record RebootArguments(bool Hard);
