using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Images;

namespace Kiroku.Servers.Work;

/// <summary>
/// rescue: runs the machine from a fresh disk of an image, with the server's own disk as its second, so that what keeps it
/// from starting can be repaired.
/// </summary>
internal sealed class RescueServer(ServerImages images) : Workflow
{
    public override string Action => ActionNames.Rescue;

    protected override StateRule Allowed { get; } = new(VmStates.Active, VmStates.Stopped, VmStates.Error) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work)
    {
        var image = work.Arguments(ServerJson.Default.RescueArguments).Image;
        return
        [
            new(EventNames.Rescue, async ct =>
            {
                if (work.Server.RescueImageId != image)
                {
                    await work.Machines.StopAsync(work.Server, ct);
                    await work.Machines.CreateRescueDiskAsync(work.Server, image, ct);
                    await work.SaveAsync(s => s with { RescueImageId = image, PowerState = MachineState.Off }, ct);
                }
                await work.Machines.StartAsync(work.Server, ct);
            })
            {
                Undo = async ct =>
                {
                    if (work.Server.RescueImageId is not null)
                        await work.Machines.PowerOffAsync(work.Server, ct);
                    await work.LeaveRescueAsync(ct);
                    await work.Machines.DeleteRescueDiskAsync(work.Server, ct);
                    if (work.Server.VmState == VmStates.Active)
                        await work.Machines.StartAsync(work.Server, ct);
                    else
                        await work.Machines.DefineAsync(work.Server, ct);
                },
            },
        ];
    }

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Rescued, PowerState = MachineState.Running, LaunchedAt = work.Now };

    public override Server Failed(ServerWork work, ServerFault fault)
        => work.Server with { VmState = VmStates.Error, Fault = fault };

    protected override async Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var wishes = request.ReadBody().GetProperty("rescue");
        var image = server.ImageId;
        if (wishes.ValueKind == JsonValueKind.Object && wishes.TryGetProperty("rescue_image_ref", out var named))
        {
            image = named.GetString()!;
            var viewer = new ImageViewer(request.ProjectId!, request.ByAdmin);
            await images.CheckAsync(image, server.Flavor, viewer, $"Requested rescue image '{image}' is not supported", cancellationToken);
        }
        return await ShowTaskState(
            server, TaskStates.Rescuing, JsonSerializer.Serialize(new RescueArguments(image), ServerJson.Default.RescueArguments));
    }
}

/// <summary>The image to run from.</summary>
internal sealed record RescueArguments(string Image);
