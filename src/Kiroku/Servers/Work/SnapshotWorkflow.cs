using System.Data.Common;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Images;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// What createImage and createBackup have in common: they make an image of the server's disk as it stands at one
/// moment, while the machine goes on.
/// </summary>
internal abstract class SnapshotWorkflow(Snapshots snapshots) : Workflow<SnapshotRequest>
{
    protected override StateRule Allowed { get; } =
        new(VmStates.Active, VmStates.Stopped, VmStates.Paused, VmStates.Suspended) { Host = HostNeed.Last };

    /// <summary>The task_state until the disk is copied.</summary>
    protected abstract string Pending { get; }

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work) => work.Server;

    /// <summary>Until the image has its bytes: then it may be in use.</summary>
    public override bool IsCancelable => true;

    public override Task<bool> CancelAsync(DbConnection connection, ActionRecord action)
        => Snapshots.TryGiveUpAsync(connection, ImageOf(action));

    public override Task GiveUpAsync(DbConnection connection, ActionRecord action)
        => Snapshots.GiveUpAsync(connection, ImageOf(action));

    /// <summary>The answer names the new image: up to 2.44 by its address, from 2.45 on by its id.</summary>
    protected override Task<ActionRequest> AnsweredAsync(
        HttpContext context, Server server, ActionRequest request, SnapshotRequest asked)
    {
        var image = SnapshotMetadata.IdOf(asked.Metadata) ?? Guid.NewGuid().ToString();
        // An old client is not told of a backup that is not kept.
        var form = request.Microversion >= 45
            ? request.Form with { Body = ShowId(image) }
            : asked.IsKept
                ? request.Form with { Location = $"{Links.Base(context.Request)}/image/v2/images/{image}" }
                : request.Form;
        return Task.FromResult(request with { NewImageId = image, Form = form });
    }

    protected override async Task<Accepted> PrepareAsync(
        Server server, SnapshotRequest asked, ActionRequest request, CancellationToken cancellationToken)
    {
        if (server.VmState != VmStates.Stopped && ServerHardware.RequiresQuiesce(server))
            throw Fault.Conflict($"Quiescing is not supported in instance {server.Id}");
        var image = await snapshots.DescribeAsync(server, asked, request, cancellationToken);
        return new Accepted(
            server with { TaskState = Pending }, new CreateImageArguments(image.Id) { Backup = asked.Backup })
        {
            AlsoWrite = connection => snapshots.AnnounceAsync(connection, image),
        };
    }

    /// <summary>Gives the announced image the bytes of the disk.</summary>
    protected async Task CopyAsync(ServerWork work, string image, CancellationToken cancellationToken)
    {
        if (!await snapshots.IsFilledAsync(image, cancellationToken))
        {
            await work.Machines.SnapshotAsync(work.Server, cancellationToken);
            await work.SaveAsync(s => s with { TaskState = TaskStates.ImageUploading }, cancellationToken);
            await snapshots.FillAsync(
                image, work.Server.Fence,
                target => work.Machines.ReadSnapshotAsync(work.Server, target, cancellationToken), cancellationToken);
        }
        work.NoteCreatedImage(image);
        await work.PassNoReturnAsync(cancellationToken);
        await work.LeaveAsync(
            work.Host, machines => machines.DeleteSnapshotAsync(work.Server, cancellationToken), cancellationToken);
    }

    protected async Task UndoAsync(ServerWork work, string image, CancellationToken cancellationToken)
    {
        // An image that has its bytes may be in use by now, and stays.
        await snapshots.GiveUpAsync(image, cancellationToken);
        await work.Machines.DeleteSnapshotAsync(work.Server, cancellationToken);
    }

    private static string ImageOf(ActionRecord action)
        => ActionArguments.Read<CreateImageArguments>(action.Arguments).Image;

    private static string ShowId(string image) => Answer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("image_id", image);
        json.WriteEndObject();
    });
}

/// <summary>The image that is made.</summary>
internal sealed record CreateImageArguments(string Image)
{
    /// <summary>Null if it is no backup.</summary>
    public BackupTerms? Backup { get; init; }
}
