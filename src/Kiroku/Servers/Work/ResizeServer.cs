using System.Text.Json;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Flavors;
using Kiroku.Quotas;

namespace Kiroku.Servers.Work;

/// <summary>resize: gives the server another flavor; see <see cref="MovingWorkflow"/>.</summary>
internal sealed class ResizeServer(FlavorStore flavors, ServerImages images, QuotaStore quotas) : MovingWorkflow
{
    public override string Action => ActionNames.Resize;

    protected override async Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var wishes = request.ReadBody().GetProperty("resize");
        var reference = wishes.GetProperty("flavorRef");
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
            server with
            {
                TaskState = TaskStates.ResizePrep,
                FormerVmState = server.VmState,
                Labels = server.Labels with
                {
                    DiskConfig = wishes.TryGetProperty("OS-DCF:diskConfig", out var disk) ? disk.GetString()! : server.Labels.DiskConfig,
                },
            },
            JsonSerializer.Serialize(asked, ServerJson.Default.ResizeArguments));
    }
}
