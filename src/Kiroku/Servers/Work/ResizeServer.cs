using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Flavors;
using Kiroku.Hypervisors;
using Kiroku.Quotas;
using Kiroku.Scheduling;

namespace Kiroku.Servers.Work;

/// <summary>
/// resize: gives the server another flavor, on a full copy of its disk that is grown to the flavor's size. The disk it had
/// stays as it was until the resize is confirmed, and a revert goes back to it.
/// </summary>
internal sealed class ResizeServer(FlavorStore flavors, ServerImages images, QuotaStore quotas) : Workflow
{
    public override string Action => ActionNames.Resize;

    protected override StateRule Allowed { get; } = new(VmStates.Active, VmStates.Stopped) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work)
    {
        var (flavor, from) = work.Arguments(ServerJson.Default.ResizeArguments);
        var to = from + 1;
        return
        [
            new(EventNames.ColdMigrate, ct => work.PlaceAsync(Claim.OfBoth(work.Server.Flavor.Claim, flavor.Claim), ct))
            {
                Undo = ct => work.SaveAsync(s => s with { Claim = s.Flavor.Claim }, ct),
            },
            new(EventNames.PrepResize, ct => work.Machines.RefuseSmallerDiskAsync(work.Server, flavor, ct)),
            new(EventNames.ResizeInstance, async ct =>
            {
                await work.Machines.StopAsync(work.Server, ct);
                await work.SaveAsync(s => s with { PowerState = MachineState.Off }, ct);
                await work.Machines.CopyDiskAsync(work.Server.Id, from, to, flavor, work.Progress, ct);
                await work.SaveAsync(s => s with { TaskState = TaskStates.ResizeMigrated }, ct);
            })
            {
                TaskState = TaskStates.ResizeMigrating,
                Undo = ct => GoBackAsync(work, to, ct),
            },
            new(EventNames.FinishResize, async ct =>
            {
                if (work.Server.Generation != to)
                {
                    await work.SaveAsync(s => s with
                    {
                        Flavor = flavor,
                        FormerFlavor = s.Flavor,
                        Generation = to,
                        FormerGeneration = from,
                    }, ct);
                }
                if (work.Server.FormerVmState == VmStates.Active)
                    await work.Machines.StartAsync(work.Server, ct);
                else
                    await work.Machines.DefineAsync(work.Server, ct);
            })
            {
                TaskState = TaskStates.ResizeFinish,
                Undo = async ct =>
                {
                    // It may run on the new disk although its start was given up.
                    await work.Machines.PowerOffAsync(work.Server, ct);
                    await work.SaveAsync(TakeBackFlavor, ct);
                },
            },
        ];
    }

    public override Server Succeeded(ServerWork work) => work.Server with
    {
        VmState = VmStates.Resized,
        PowerState = work.Server.FormerVmState == VmStates.Active ? MachineState.Running : MachineState.Off,
        LaunchedAt = work.Now,
    };

    /// <summary>As Nova: before the machine was touched the server is what it was, after that it is in ERROR.</summary>
    public override Server Failed(ServerWork work, ServerFault fault)
    {
        var touched = work.Began(EventNames.ResizeInstance);
        return work.Server with
        {
            VmState = touched ? VmStates.Error : work.Server.VmState,
            Fault = touched ? fault : work.Server.Fault,
            FormerVmState = null,
        };
    }

    protected override async Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var reference = request.ReadBody().GetProperty("resize").GetProperty("flavorRef");
        var id = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : reference.GetRawText();
        if (id == server.Flavor.Id)
            throw Fault.BadRequest("When resizing, instances must change flavor!");
        var flavor = await flavors.FindAsync(id, new FlavorViewer(request.ProjectId!, request.ByAdmin), cancellationToken)
            ?? throw Fault.BadRequest($"Flavor {id} could not be found.");
        if (flavor.DiskGiB == 0)
            throw Fault.BadRequest("Server disk was unable to be resized because: Resize to zero disk flavor is not allowed.");
        (await quotas.GetAsync(server.ProjectId, cancellationToken)).RequireGrowth(
            flavor.Vcpus - server.Flavor.Vcpus, flavor.MemoryMiB - server.Flavor.MemoryMiB);
        var asked = new ResizeArguments(ServerFlavors.Of(flavor), server.Generation!.Value);
        await images.RequireRoomAsync(server.ImageId, asked.Flavor, cancellationToken);
        return new Accepted(
            server with { TaskState = TaskStates.ResizePrep, FormerVmState = server.VmState },
            JsonSerializer.Serialize(asked, ServerJson.Default.ResizeArguments));
    }

    private static Server TakeBackFlavor(Server server) => server.FormerFlavor is { } former
        ? server with { Flavor = former, FormerFlavor = null, Generation = server.FormerGeneration, FormerGeneration = null }
        : server;

    /// <summary>The machine is off by now, or was never switched off; either way it goes on with the disk it had.</summary>
    private static async Task GoBackAsync(ServerWork work, int copy, CancellationToken ct)
    {
        await work.Machines.DeleteDiskAsync(work.Server.Id, copy, ct);
        if (work.Server.FormerVmState == VmStates.Active)
            await work.Machines.StartAsync(work.Server, ct);
        else
            await work.Machines.DefineAsync(work.Server, ct);
    }
}

/// <summary>The flavor to take and the generation of the disk that is copied.</summary>
internal sealed record ResizeArguments(ServerFlavor Flavor, int Generation);
