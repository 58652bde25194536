using System.Text.Json;
using Kiroku.Actions;

namespace Kiroku.Servers.Work;

/// <summary>createImage: makes an image of the server's disk as it stands at one moment; the machine goes on.</summary>
internal sealed class CreateImage(Snapshots snapshots) : Workflow
{
    public override string Action => ActionNames.CreateImage;

    protected override StateRule Allowed { get; } =
        new(VmStates.Active, VmStates.Stopped, VmStates.Paused, VmStates.Suspended) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work)
    {
        var image = work.Arguments(ServerJson.Default.CreateImageArguments).Image;
        return
        [
            new(EventNames.Snapshot, async ct =>
            {
                if (!await snapshots.IsFilledAsync(image, ct))
                {
                    await work.Machines.SnapshotAsync(work.Server, ct);
                    await work.SaveAsync(s => s with { TaskState = TaskStates.ImageUploading }, ct);
                    await snapshots.FillAsync(image, target => work.Machines.ReadSnapshotAsync(work.Server, target, ct), ct);
                }
                await work.Machines.DeleteSnapshotAsync(work.Server, ct);
            })
            {
                TaskState = TaskStates.ImageSnapshot,
                Undo = async ct =>
                {
                    await snapshots.DeleteAsync(image, ct);
                    await work.Machines.DeleteSnapshotAsync(work.Server, ct);
                },
            },
        ];
    }

    public override Server Succeeded(ServerWork work) => work.Server;

    protected override async Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var image = await snapshots.AnnounceAsync(server, request, cancellationToken);
        var arguments = JsonSerializer.Serialize(new CreateImageArguments(image.Id), ServerJson.Default.CreateImageArguments);
        return new Accepted(server with { TaskState = TaskStates.ImageSnapshotPending }, arguments) { Announced = image };
    }
}

/// <summary>The image that is made.</summary>
internal sealed record CreateImageArguments(string Image);
