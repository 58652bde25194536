using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>
/// delete: gives up machine and disks, whatever state the server is in and whatever else runs on it. Its record stays.
/// </summary>
internal sealed class DeleteServer : Workflow
{
    public override string Action => ActionNames.Delete;

    protected override StateRule Allowed { get; } = StateRule.Any;

    public override bool TakesOver(ActionRequest request) => true;

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.Terminate, async ct =>
        {
            foreach (var host in work.Hosts.ToList())
            {
                await work.LeaveAsync(host, async machines =>
                {
                    await machines.UndefineAsync(work.Server, ct);
                    await machines.DeleteDisksAsync(work.Server.Id, ct);
                }, ct);
            }
        }),
    ];

    public override Server Succeeded(ServerWork work) => work.Server with
    {
        VmState = VmStates.Deleted,
        PowerState = MachineState.Absent,
        Deleted = true,
        TerminatedAt = work.Now,
        Generation = null,
        DiskHost = null,
        ConfigGeneration = null,
        RescueImageId = null,
        FormerVmState = null,
    };

    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server with { VmState = VmStates.Error, Fault = fault };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
        => ShowTaskState(server, TaskStates.Deleting);
}
