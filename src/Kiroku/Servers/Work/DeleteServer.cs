using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// delete: removes the machine and the disks, in every state of the server and whatever action runs. The record stays.
/// Besides forceDelete, DELETE is a route of its own.
/// </summary>
internal sealed class DeleteServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-deferred-delete:force");

    public override string Action => ActionNames.Delete;

    public override ActionRoute Route => new("forceDelete", Rule);

    public override bool RemovesServer => true;

    protected override StateRule Allowed { get; } = StateRule.Any;

    protected override string TaskState => TaskStates.Deleting;

    public override bool TakesOver(ActionRequest request) => true;

    /// <summary>A host that is away is left out; it cleans up once it is back.</summary>
    public override bool NeedsHosts(Server server, ActionRequest request) => false;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Terminate(work)];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work) => work.Server with
    {
        VmState = VmStates.Deleted,
        PowerState = MachineState.Absent,
        Deleted = true,
        TerminatedAt = work.Now,
        Disk = null,
        ConfigGeneration = null,
        RescueImageId = null,
        FormerVmState = null,
    };

    public override Server Failed(ServerWork work, ServerFault fault) => InError(work, fault);

    private static Step Terminate(ServerWork work) => new(EventNames.Terminate, async ct =>
    {
        foreach (var host in work.Hosts.ToList())
        {
            await work.LeaveAsync(host, async machines =>
            {
                await machines.UndefineAsync(work.Server, ct);
                await machines.DeleteDisksAsync(work.Server.Id, ct);
            }, ct);
        }
    });
}
