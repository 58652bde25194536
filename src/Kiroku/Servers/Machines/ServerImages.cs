using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hardware;
using Kiroku.Images;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Machines;

/// <summary>Checks images for servers: whether a request may use one, and which disk its file really is.</summary>
internal sealed class ServerImages(ImageStore images, ImageCopies copies)
{
    /// <summary>The reason why a step fails whose image is gone.</summary>
    public static string Gone(string imageId) => $"Image {imageId} could not be found.";

    public static StepException ImageIsGone(string imageId) => new(Gone(imageId), permanent: true)
    {
        ReasonCode = ReasonCodes.ImageGone,
    };

    /// <summary>
    /// Checks that a server of that flavor may be made from the image (nova/compute/api.py, _validate_flavor_image),
    /// and can be, as far as this node knows the image's bytes.
    /// </summary>
    /// <exception cref="Fault">400 with Nova's words.</exception>
    public async Task<Image> CheckAsync(
        string imageId, ServerFlavor flavor, ImageViewer viewer, string unknown, CancellationToken cancellationToken)
    {
        var image = await images.FindVisibleAsync(imageId, viewer, cancellationToken)
            ?? throw Fault.BadRequest(unknown);
        if (image.Status != ImageStatus.Active)
            throw Fault.BadRequest($"Image {imageId} is not active.");
        RequireRoom(image, flavor);
        HardwareCheck.Require(ServerHardware.WishesOf(image, flavor), image.Name ?? "", flavor.Name);
        if (await Task.Run(() => RefusalOf(image), cancellationToken) is { } refusal)
            throw Fault.BadRequest($"Image {imageId} is unacceptable: {refusal}");
        return image;
    }

    /// <summary>The image that an image was made from, if it names one by its property; null otherwise.</summary>
    public static FirstImage? FirstOf(Image image)
        => image.ReadProperties().TryGetValue("base_image_ref", out var first) && Guid.TryParseExact(first, "D", out _)
            ? new FirstImage(image.Id, first) : null;

    /// <summary>
    /// The image to rescue a server from if none is asked for: its first one (nova/compute/manager.py,
    /// _get_rescue_image). Whoever makes an image chooses what that property names, so the server's own project must
    /// be allowed to use the first image, whoever asks; otherwise the server's own image serves.
    /// </summary>
    /// <returns>The image's id, and what it asks of machines.</returns>
    public async Task<(string Image, ImageWish? Wish)> RescueImageAsync(
        Server server, CancellationToken cancellationToken)
    {
        var viewer = new ImageViewer(server.ProjectId, SeesAll: false);
        if (server.FirstImageId == server.ImageId)
            return (server.ImageId, server.ImageWish);
        try
        {
            var first = await CheckAsync(
                server.FirstImageId, server.Flavor, viewer, "Cannot find image", cancellationToken);
            return (first.Id, ServerHardware.Keep(first));
        }
        catch (Fault)
        {
            return (server.ImageId, server.ImageWish);
        }
    }

    /// <summary>
    /// Checks that a server may have that flavor beside its image. An image that is gone has no demands.
    /// </summary>
    /// <exception cref="Fault">400 with Nova's words.</exception>
    public async Task RequireRoomAsync(Server server, ServerFlavor flavor, CancellationToken cancellationToken)
    {
        var image = await images.FindAsync(server.ImageId, cancellationToken);
        if (image is not null)
            RequireRoom(image, flavor);
        HardwareCheck.Require(ServerHardware.WishesOf(server, flavor), image?.Name ?? "", flavor.Name);
    }

    /// <summary>Finds out which disk the image's file is, after fetching the file to this node.</summary>
    /// <exception cref="StepException">Permanent: the image is gone, or is no disk that a server could have. Otherwise
    /// the image cannot be read now.</exception>
    public async Task<ImageDisk> InspectAsync(string imageId, CancellationToken cancellationToken)
    {
        var image = await images.FindAsync(imageId, cancellationToken)
            ?? throw ImageIsGone(imageId);
        try
        {
            var file = await copies.EnsureAsync(image, cancellationToken);
            var disk = DiskImage.Inspect(file, image.DiskFormat);
            return new ImageDisk(imageId, file, disk.Format, disk.VirtualSize);
        }
        catch (ImageRejectedException e)
        {
            throw new StepException($"Image {imageId} is unacceptable: {e.Message}", permanent: true, e)
            {
                ReasonCode = ReasonCodes.ImageRejected,
            };
        }
        catch (ImageUnavailableException e)
        {
            throw Unreadable(e.Message, e);
        }
        catch (IOException e)
        {
            throw Unreadable($"Image {imageId} cannot be read.", e);
        }
    }

    private static StepException Unreadable(string details, Exception e) => new(details, permanent: false, e)
    {
        ReasonCode = ImageDraft.IsFull(e.InnerException ?? e) ? ReasonCodes.DiskFull : ReasonCodes.ImageUnavailable,
    };

    /// <summary>Why no server can be made from the image; null if nothing is known against it.</summary>
    private string? RefusalOf(Image image)
    {
        try
        {
            if (DiskImage.RefusalOf(image.DiskFormat) is { } refusal)
                return refusal;
            if (copies.FindHere(image) is { } file)
                DiskImage.Inspect(file, image.DiskFormat);
            return null;
        }
        catch (ImageRejectedException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The image may have been deleted meanwhile. Whoever makes the disk reads the file again.
            return null;
        }
    }

    /// <summary>Checks that the flavor has the memory and disk that the image asks for.</summary>
    /// <exception cref="Fault">400 with Nova's words.</exception>
    private static void RequireRoom(Image image, ServerFlavor flavor)
    {
        if (image.MinRam > flavor.MemoryMiB)
            throw Fault.BadRequest("Flavor's memory is too small for requested image.");
        if (image.Size > flavor.DiskBytes)
        {
            throw Fault.BadRequest("Flavor's disk is too small for requested image. "
                + $"Flavor disk is {flavor.DiskBytes} bytes, image is {image.Size} bytes.");
        }
        if (image.MinDisk > flavor.DiskGiB)
        {
            throw Fault.BadRequest("Flavor's disk is smaller than the minimum size specified in image metadata. "
                + $"Flavor disk is {flavor.DiskBytes} bytes, "
                + $"minimum size is {image.MinDisk * 1024L * 1024 * 1024} bytes.");
        }
        if (image.VirtualSize > flavor.DiskBytes)
        {
            throw Fault.BadRequest("Flavor's disk is too small for requested image. "
                + $"Flavor disk is {flavor.DiskBytes} bytes, image is {image.VirtualSize} bytes.");
        }
    }
}
