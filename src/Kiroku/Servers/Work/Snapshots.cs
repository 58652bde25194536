using System.Data.Common;
using System.IO.Pipelines;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Images;
using Kiroku.Quotas;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Work;

/// <summary>
/// Images made of servers' disks: announced with the action that makes them, then filled from a copy of the disk.
/// </summary>
internal sealed class Snapshots(
    ImageStore images, ImageUpload upload, ImageQuotas quotas, QuotaStore projects, TimeProvider time)
{
    private const string BackupType = "backup";
    private const int MetadataUnlimited = 39;

    /// <summary>
    /// The image as it is announced, with the properties by which Nova says where it comes from (nova/compute/utils.py,
    /// create_image).
    /// </summary>
    /// <exception cref="Fault">400 or 403: metadata that the image cannot have, or before 2.39 too much of
    /// it.</exception>
    public async Task<Image> DescribeAsync(
        Server server, SnapshotRequest asked, ActionRequest request, CancellationToken cancellationToken)
    {
        if (request.Microversion < MetadataUnlimited)
            (await projects.GetAsync(request.ProjectId!, cancellationToken)).RequireImageMetadata(asked.Metadata.Count);
        var original = await images.FindAsync(server.ImageId, cancellationToken);
        var properties = SnapshotMetadata.InheritedFrom(original, ImageWish.Of(server.ImageWish, server.ImageId));
        properties["base_image_ref"] = server.FirstImageId;
        properties["image_type"] = asked.Backup is null ? "snapshot" : BackupType;
        properties["instance_uuid"] = server.Id.ToString();
        properties["user_id"] = request.UserId!;
        var image = SnapshotMetadata.Apply(
            Announced(server, asked, request, original).WithProperties(properties), asked.Metadata, request.ByAdmin);
        // Nova's driver sets these when it uploads the bytes, whatever the metadata says.
        properties = image.ReadProperties();
        properties["image_location"] = "snapshot";
        properties["image_state"] = "available";
        properties["owner_id"] = server.ProjectId;
        return image.WithProperties(properties);
    }

    private Image Announced(Server server, SnapshotRequest asked, ActionRequest request, Image? original)
    {
        var now = time.UtcNow();
        return new Image
        {
            Id = request.NewImageId!,
            Name = asked.Name,
            Owner = server.ProjectId,
            Visibility = ImageVisibility.Private,
            Status = ImageStatus.Queued,
            DiskFormat = "qcow2",
            ContainerFormat = "bare",
            MinDisk = server.Flavor.DiskGiB,
            MinRam = original?.MinRam ?? 0,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    /// <summary>
    /// Adds the image, without bytes yet, in the caller's transaction, during which nobody else can write.
    /// </summary>
    /// <exception cref="Fault">403: the project may have no further image; 409: there is or was an image of the id that
    /// the caller gave it.</exception>
    public async Task AnnounceAsync(DbConnection connection, Image image)
    {
        await quotas.RequireSnapshotAsync(connection, image.Owner, image.Id);
        if (!await ImageStore.AddAsync(connection, image))
            throw Fault.Conflict($"HTTP 409 Conflict: Image ID {image.Id} already exists!");
    }

    /// <summary>Whether the image has its bytes.</summary>
    public async Task<bool> IsFilledAsync(string imageId, CancellationToken cancellationToken)
        => (await images.FindAsync(imageId, cancellationToken))?.Status
            is ImageStatus.Active or ImageStatus.Deactivated;

    /// <summary>Gives the image its bytes, as <paramref name="write"/> writes them.</summary>
    /// <exception cref="StepException">The image is gone, or its bytes could not be kept.</exception>
    /// <exception cref="FencedException">The action that announced it is no longer the running one.</exception>
    public async Task FillAsync(
        string imageId, Fence fence, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var image = await images.FindAsync(imageId, cancellationToken)
            ?? throw ServerImages.ImageIsGone(imageId);
        var pipe = new Pipe();
        // The writer waits for the reader, and the reader must not wait for the writer to end.
        var writing = Task.Run(() => WriteAsync(pipe.Writer, write), cancellationToken);
        try
        {
            await using var bytes = pipe.Reader.AsStream();
            await upload.SaveOrContinueAsync(image, bytes, cancellationToken, fence.HoldAsync);
        }
        catch (Fault fault)
        {
            throw new StepException(fault.Message, permanent: fault.Status is 409 or 410, fault)
            {
                ReasonCode = ReasonCodes.ImageNotSaved,
            };
        }
        finally
        {
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Removes an image that did not get all its bytes.</summary>
    public Task GiveUpAsync(string imageId, CancellationToken cancellationToken)
        => upload.GiveUpAsync(imageId, cancellationToken);

    /// <summary>The same in the caller's transaction.</summary>
    public static Task GiveUpAsync(DbConnection connection, string imageId)
        => ImageStore.DeleteUnfilledAsync(connection, imageId);

    /// <summary>The same, unless the image has its bytes.</summary>
    /// <returns>Whether it was given up.</returns>
    public static async Task<bool> TryGiveUpAsync(DbConnection connection, string imageId)
    {
        if (await ImageStore.IsFilledAsync(connection, imageId))
            return false;
        await GiveUpAsync(connection, imageId);
        return true;
    }

    /// <summary>
    /// Deletes the oldest backups of a server and a type beyond the number to keep, of which the new one is the first.
    /// As in Nova, a protected one is left.
    /// </summary>
    /// <exception cref="FencedException">The action that made the newest is no longer the running one.</exception>
    public async Task RotateAsync(Server server, string newest, BackupTerms terms, CancellationToken cancellationToken)
    {
        var filter = ImageFilter.WithProperties(new Dictionary<string, string>
        {
            ["image_type"] = BackupType,
            ["backup_type"] = terms.Type,
            ["instance_uuid"] = server.Id.ToString(),
        });
        var found = await images.ListAsync(
            filter, new ImageViewer(server.ProjectId, SeesAll: false), cancellationToken);
        var excess = found.Where(image => image.Owner == server.ProjectId)
            .OrderByDescending(image => image.Id == newest)
            .ThenByDescending(image => image.CreatedAt)
            .Skip(terms.Rotation)
            .Where(image => !image.Protected);
        foreach (var image in excess)
            await upload.DeleteAsync(image.Id, cancellationToken, server.Fence.HoldAsync);
    }

    private static async Task WriteAsync(PipeWriter writer, Func<Stream, Task> write)
    {
        try
        {
            await using var target = writer.AsStream(leaveOpen: true);
            await write(target);
            await writer.CompleteAsync();
        }
#pragma warning disable CA1031 // The reader throws the exception, of whatever type.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await writer.CompleteAsync(e);
        }
    }
}

/// <summary>The name and the metadata of an image that is to be made.</summary>
internal sealed record SnapshotRequest(string Name, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Null if it is no backup.</summary>
    public BackupTerms? Backup { get; init; }

    /// <summary>Whether the image is there when the action has ended.</summary>
    public bool IsKept => Backup is not { Rotation: 0 };
}

/// <summary>The type of a backup, in its owner's words, and how many of that type to keep.</summary>
internal sealed record BackupTerms(string Type, int Rotation);
