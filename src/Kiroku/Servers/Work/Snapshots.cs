using System.Data.Common;
using System.IO.Pipelines;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Images;
using Kiroku.Quotas;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Work;

/// <summary>
/// Images made of servers' disks: announced with the action that makes them, then filled from a copy of the disk.
/// </summary>
internal sealed class Snapshots(ImageStore images, ImageUpload upload, ImageQuotas quotas, TimeProvider time)
{
    /// <summary>
    /// The image as it is announced, with the properties by which Nova says where it comes from (nova/compute/utils.py,
    /// create_image).
    /// </summary>
    public async Task<Image> DescribeAsync(
        Server server, SnapshotRequest asked, ActionRequest request, CancellationToken cancellationToken)
    {
        var original = await images.FindAsync(server.ImageId, cancellationToken);
        var properties = new SortedDictionary<string, string>(original?.ReadProperties() ?? [], StringComparer.Ordinal)
        {
            ["base_image_ref"] = server.ImageId,
            ["image_location"] = "snapshot",
            ["image_state"] = "available",
            ["image_type"] = "snapshot",
            ["instance_uuid"] = server.Id.ToString(),
            ["owner_id"] = server.ProjectId,
            ["user_id"] = request.UserId!,
        };
        foreach (var (name, value) in asked.Metadata)
            properties[name] = value;
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
        }.WithProperties(properties);
    }

    /// <summary>
    /// Adds the image, without bytes yet, in the caller's transaction, during which nobody else can write.
    /// </summary>
    /// <exception cref="Fault">The project may have no further image.</exception>
    public async Task AnnounceAsync(DbConnection connection, Image image)
    {
        await quotas.RequireSnapshotAsync(connection, image.Owner, image.Id);
        await ImageStore.AddAsync(connection, image);
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
            ?? throw new StepException($"Image {imageId} could not be found.", permanent: true);
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
            throw new StepException(fault.Message, permanent: fault.Status is 409 or 410, fault);
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
internal sealed record SnapshotRequest(string Name, IReadOnlyDictionary<string, string> Metadata);
