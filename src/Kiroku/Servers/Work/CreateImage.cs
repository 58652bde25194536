using System.Data.Common;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Images;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>createImage: makes an image of the server's disk as it stands at one moment; the machine goes on.</summary>
internal sealed class CreateImage(Snapshots snapshots) : Workflow<SnapshotRequest>
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:create_image");

    public override string Action => ActionNames.CreateImage;

    public override ActionRoute Route => new("createImage", Rule) { Body = Body, PassesLocks = true };

    protected override StateRule Allowed { get; } =
        new(VmStates.Active, VmStates.Stopped, VmStates.Paused, VmStates.Suspended) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Snapshot(work)];

    public override Server Succeeded(ServerWork work) => work.Server;

    public override Task GiveUpAsync(DbConnection connection, ActionRecord action)
        => Snapshots.GiveUpAsync(connection, ActionArguments.Read<CreateImageArguments>(action.Arguments).Image);

    protected override SnapshotRequest ReadAsked(JsonElement asked, Microversion version)
        => new(asked.GetProperty("name").GetString()!.Trim(), CreateRequest.Pairs(asked));

    /// <summary>The answer names the new image: up to 2.44 by its address, from 2.45 on by its id.</summary>
    protected override ActionRequest Answered(HttpContext context, ActionRequest request, SnapshotRequest asked)
    {
        var image = SnapshotMetadata.IdOf(asked.Metadata) ?? Guid.NewGuid().ToString();
        var form = request.Microversion < 45
            ? request.Form with { Location = $"{Links.Base(context.Request)}/image/v2/images/{image}" }
            : request.Form with { Body = ShowId(image) };
        return request with { NewImageId = image, Form = form };
    }

    protected override async Task<Accepted> PrepareAsync(
        Server server, SnapshotRequest asked, ActionRequest request, CancellationToken cancellationToken)
    {
        var image = await snapshots.DescribeAsync(server, asked, request, cancellationToken);
        var shown = server with { TaskState = TaskStates.ImageSnapshotPending };
        return new Accepted(shown, new CreateImageArguments(image.Id))
        {
            AlsoWrite = connection => snapshots.AnnounceAsync(connection, image),
        };
    }

    private Step Snapshot(ServerWork work)
    {
        var image = work.Arguments<CreateImageArguments>().Image;
        return new(EventNames.Snapshot, async ct =>
        {
            if (!await snapshots.IsFilledAsync(image, ct))
            {
                await work.Machines.SnapshotAsync(work.Server, ct);
                await work.SaveAsync(s => s with { TaskState = TaskStates.ImageUploading }, ct);
                await snapshots.FillAsync(
                    image, work.Server.Fence, target => work.Machines.ReadSnapshotAsync(work.Server, target, ct), ct);
            }
            await work.LeaveAsync(work.Host, machines => machines.DeleteSnapshotAsync(work.Server, ct), ct);
        })
        {
            TaskState = TaskStates.ImageSnapshot,
            Undo = async ct =>
            {
                // An image that has its bytes may be in use by now, and stays.
                await snapshots.GiveUpAsync(image, ct);
                await work.Machines.DeleteSnapshotAsync(work.Server, ct);
            },
        };
    }

    private static Schema Body(Microversion version, bool relaxed)
    {
        var name = relaxed ? Parameters.RelaxedName : Parameters.Name;
        return Schema.Body(
            "createImage",
            Schema.Object(("name", name), ("metadata", Parameters.Metadata)) with { Required = ["name"] });
    }

    private static string ShowId(string image) => Answer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("image_id", image);
        json.WriteEndObject();
    });
}

/// <summary>The image that is made.</summary>
internal sealed record CreateImageArguments(string Image);
