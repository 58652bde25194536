using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>os-start: switches a stopped server on.</summary>
internal sealed class StartServer : Workflow
{
    public override string Action => ActionNames.Start;

    protected override StateRule Allowed { get; } = new(VmStates.Stopped) { Host = HostNeed.First };

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.Start, async ct =>
        {
            await work.LeaveRescueAsync(ct);
            await work.Machines.StartAsync(work.Server, ct);
        }),
    ];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.PoweringOn);
}
