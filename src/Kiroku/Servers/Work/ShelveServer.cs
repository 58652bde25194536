using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Scheduling;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// shelve: switches the server off and gives up its machine and its place on the host; only the disk stays.
/// </summary>
internal sealed class ShelveServer : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-shelve:shelve");

    public override string Action => ActionNames.Shelve;

    public override ActionRoute Route => new("shelve", Rule);

    protected override StateRule Allowed { get; } =
        new(VmStates.Active, VmStates.Stopped, VmStates.Paused, VmStates.Suspended);

    protected override string TaskState => TaskStates.Shelving;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [ShelveOffload(work)];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work) => work.Server with { VmState = VmStates.ShelvedOffloaded };

    /// <summary>
    /// A server that has left its host is shelved. A paused server whose machine is off by now is stopped, because it
    /// cannot go on; so is a suspended one whose memory went with its machine.
    /// </summary>
    public override Server Failed(ServerWork work, ServerFault fault) => work.Server switch
    {
        var left when HasLeft(work) => left with { VmState = VmStates.ShelvedOffloaded, PowerState = MachineState.Off },
        { VmState: VmStates.Paused, PowerState: not MachineState.Paused } off
            => off with { VmState = VmStates.Stopped },
        var server => server,
    };

    /// <summary>While it waits for the guest to switch off.</summary>
    public override bool IsCancelable => true;

    private static Step ShelveOffload(ServerWork work) => new(EventNames.ShelveOffload, async ct =>
    {
        if (HasLeft(work))
            return;
        await work.RequireDiskAsync(ct);
        // Only a guest that runs is waited for. A paused one is off at once, and cannot go on then.
        if (work.Server.VmState == VmStates.Paused)
            await work.PassNoReturnAsync(ct);
        await work.StopAsync(ct);
        await work.PassNoReturnAsync(ct);
        if (work.Server.VmState == VmStates.Suspended)
            await work.SaveAsync(s => s with { VmState = VmStates.Stopped }, ct);
        await work.Machines.UndefineAsync(work.Server, ct);
        await work.SaveAsync(Left, ct);
    })
    {
        TaskState = TaskStates.ShelvingOffloading,
        Undo = ct => GoBackAsync(work, ct),
    };

    private static Server Left(Server server)
        => server with { Host = null, Claim = Claim.None, PowerState = MachineState.Off, RescueImageId = null };

    private static async Task GoBackAsync(ServerWork work, CancellationToken cancellationToken)
    {
        if (HasLeft(work))
            return;
        if (work.Server.VmState == VmStates.Active)
            await work.Machines.StartAsync(work.Server, cancellationToken);
        else
            await work.Machines.DefineAsync(work.Server, cancellationToken);
    }

    /// <summary>
    /// Whether the server has left its host, perhaps in a run that died before it could say so. There is no going back
    /// to a host where the server no longer claims room.
    /// </summary>
    private static bool HasLeft(ServerWork work) => work.Server.Host is null;
}
