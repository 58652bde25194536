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
                    await snapshots.FillAsync(image, work.Server.Fence, target => work.Machines.ReadSnapshotAsync(work.Server, target, ct), ct);
                }
                await work.LeaveAsync(work.Host, machines => machines.DeleteSnapshotAsync(work.Server, ct), ct);
            })
            {
                TaskState = TaskStates.ImageSnapshot,
                Undo = async ct =>
                {
                    // One that has its bytes may be in use by now.
                    await snapshots.GiveUpAsync(image, ct);
                    await work.Machines.DeleteSnapshotAsync(work.Server, ct);
                },
            },
        ];
    }

    public override Server Succeeded(ServerWork work) => work.Server;

    /// <summary>The image that an action announced; null for none.</summary>
    public static string? ImageOf(ActionRecord action) => action is { Action: ActionNames.CreateImage, Arguments: { } arguments }
        ? JsonSerializer.Deserialize(arguments, ServerJson.Default.CreateImageArguments)!.Image : null;

    protected override async Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var image = await snapshots.AnnounceAsync(server, request, cancellationToken);
        var arguments = JsonSerializer.Serialize(new CreateImageArguments(image.Id), ServerJson.Default.CreateImageArguments);
        return new Accepted(server with { TaskState = TaskStates.ImageSnapshotPending }, arguments) { Announced = image };
    }
}

/// <summary>The image that is made.</summary>
internal sealed record CreateImageArguments(string Image);
