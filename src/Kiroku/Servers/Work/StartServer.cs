using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>os-start: switches a stopped server on.</summary>
internal sealed class StartServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:start");

    public override string Action => ActionNames.Start;

    public override ActionRoute Route => new("os-start", Rule);

    protected override StateRule Allowed { get; } = new(VmStates.Stopped) { Host = HostNeed.First };

    protected override string TaskState => TaskStates.PoweringOn;

    public override bool Explains(Server server, MachineState state)
        => server.VmState == VmStates.Stopped && state == MachineState.Running;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Start(work)];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    private static Step Start(ServerWork work) => new(EventNames.Start, async ct =>
    {
        await work.LeaveRescueAsync(ct);
        await work.Machines.StartAsync(work.Server, ct);
    });
}
