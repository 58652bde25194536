using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>unrescue: runs a rescued machine from the server's own disk again.</summary>
internal sealed class UnrescueServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-unrescue");

    public override string Action => ActionNames.Unrescue;

    public override ActionRoute Route => new("unrescue", Rule);

    protected override StateRule Allowed { get; } = new(VmStates.Rescued) { Host = HostNeed.Last };

    protected override string TaskState => TaskStates.Unrescuing;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Unrescue(work)];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Active, PowerState = MachineState.Running };

    /// <summary>The rescue disk may be gone already. Once the machine is off, nothing needs it any more.</summary>
    public override Server Failed(ServerWork work, ServerFault fault) => InError(work, fault) with
    {
        RescueImageId = work.Server.PowerState == MachineState.Off ? null : work.Server.RescueImageId,
    };

    private static Step Unrescue(ServerWork work) => new(EventNames.Unrescue, async ct =>
    {
        await work.RequireDiskAsync(ct);
        if (work.Server.RescueImageId is not null)
            await work.PowerOffAsync(ct);
        await work.LeaveRescueAsync(ct);
        await work.Machines.StartAsync(work.Server, ct);
    });
}
