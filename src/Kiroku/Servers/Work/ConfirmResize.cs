using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Work;

/// <summary>confirmResize: gives up the disk and flavor that the server had before its resize.</summary>
internal sealed class ConfirmResize : Workflow
{
    public override string Action => ActionNames.ConfirmResize;

    protected override StateRule Allowed { get; } = new(VmStates.Resized);

    public override IReadOnlyList<Step> Steps(ServerWork work) =>
    [
        new(EventNames.ConfirmResize, async ct =>
        {
            if (work.Server.FormerGeneration is { } former)
            {
                if (work.Server.FormerHost == work.Server.DiskHost)
                    await work.Machines.DeleteDiskAsync(work.Server.Id, former, ct);
                else
                    await DiskMove.DropAsync(work.On(work.Server.FormerHost!), work.Server, former, ct);
                await work.SaveAsync(s => s.InOnePlace(), ct);
            }
            var state = await work.Machines.GetStateAsync(work.Server, ct);
            await work.SaveAsync(s => s with { PowerState = state }, ct);
        })
        {
            // As in Nova: what is given up is given up where it is.
            Host = () => work.Server.FormerHost ?? work.Host,
        },
    ];

    public override Server Succeeded(ServerWork work) => work.Server with
    {
        VmState = work.Server.PowerState == MachineState.Running ? VmStates.Active : VmStates.Stopped,
        FormerVmState = null,
    };

    /// <summary>The former disk may be gone already, so nothing goes back to it: what is left of it is swept.</summary>
    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server.InOnePlace() with { VmState = VmStates.Error, Fault = fault };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        RefuseUnlessResized(server);
        return ShowTaskState(server, null);
    }

    /// <summary>Nova's answer to a second confirm or a revert while the first confirm runs.</summary>
    public static void RefuseUnlessResized(Server server)
    {
        if (server.RunningAction is not null || server.FormerGeneration is null)
            throw Fault.BadRequest("Instance has not been resized.");
    }
}
