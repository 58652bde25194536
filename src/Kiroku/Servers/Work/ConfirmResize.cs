using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>confirmResize: gives up the disk and flavor that the server had before its resize.</summary>
internal sealed class ConfirmResize : Workflow
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:confirm_resize");

    public override string Action => ActionNames.ConfirmResize;

    public override ActionRoute Route => new("confirmResize", Rule)
    {
        Status = StatusCodes.Status204NoContent,
    };

    protected override StateRule Allowed { get; } = new(VmStates.Resized);

    /// <summary>Hosts must be present even when the service itself confirms a resize.</summary>
    public override bool NeedsHosts(Server server, ActionRequest request) => true;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Confirm(work)];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work) => work.Server with
    {
        VmState = work.Server.PowerState == MachineState.Running ? VmStates.Active : VmStates.Stopped,
        FormerVmState = null,
    };

    /// <summary>
    /// The former disk may be gone already, so the server cannot go back to it. The sweeper deletes what is left.
    /// </summary>
    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server.InOnePlace() with { VmState = VmStates.Error, Fault = fault };

    protected override Task<Accepted> PrepareAsync(
        Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        RefuseUnlessResized(server);
        return Task.FromResult(new Accepted(server with { TaskState = null }));
    }

    /// <summary>Nova's answer to a second confirm or a revert while the first confirm runs.</summary>
    public static void RefuseUnlessResized(Server server)
    {
        if (server.RunningAction is not null || server.Former is null)
            throw Fault.BadRequest("Instance has not been resized.");
    }

    private static Step Confirm(ServerWork work) => new(EventNames.ConfirmResize, async ct =>
    {
        if (work.Server.Former is { Disk: var former })
        {
            if (former.Host == work.Server.Disk?.Host)
                await work.Machines.DeleteDiskAsync(work.Server.Id, former.Generation, ct);
            else
                await work.On(former.Host).DropDiskAsync(work.Server, former.Generation, ct);
            await work.SaveAsync(s => s.InOnePlace(), ct);
        }
        var state = await work.Machines.GetStateAsync(work.Server, ct);
        await work.SaveAsync(s => s with { PowerState = state }, ct);
    })
    {
        // As in Nova, the step is done on the host of the former disk.
        Host = () => work.Server.Former?.Disk.Host ?? work.Host,
    };
}
