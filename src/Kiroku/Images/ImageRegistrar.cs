using System.Security.Cryptography;
using Kiroku.Identity.Setup;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Images;

/// <summary>
/// Registers the service's guest image as a public image. Each content is registered once, by one node. A new content
/// takes over the name and hides the image that had it.
/// </summary>
internal sealed partial class ImageRegistrar(
    ImageStore store, ImageUpload upload, HomeProject home, ServiceSettings settings, IOptions<ImagesOptions> options,
    TimeProvider time,
    ILogger<ImageRegistrar> logger) : IHostedService
{
    public const string Name = "kiroku-guest";

    /// <summary>How long a node may take to register the image before another one assumes that it died.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.GuestImage is { } file)
            await RegisterAsync(file, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RegisterAsync(string file, CancellationToken cancellationToken)
    {
        var owner = await home.FindIdAsync(cancellationToken);
        if (owner is null)
        {
            LogNoOwner(file);
            return;
        }
        RequireDisk(file);
        await using var bytes = File.OpenRead(file);
        var hash = Convert.ToHexStringLower(await SHA512.HashDataAsync(bytes, cancellationToken));
        var image = Describe(owner);
        // Other nodes that start now try to register the same image.
        if (!await store.AddOnceAsync(image, hash, image.CreatedAt - Patience, cancellationToken))
            return;
        bytes.Position = 0;
        await upload.SaveOrContinueAsync(image, bytes, cancellationToken);
        await store.SupersedeAsync(image, cancellationToken);
        LogRegistered(Name, image.Id);
    }

    private static void RequireDisk(string file)
    {
        try
        {
            DiskImage.Inspect(file, "qcow2");
        }
        catch (ImageRejectedException e)
        {
            throw new InvalidOperationException($"The guest image {file} cannot be registered. {e.Message}", e);
        }
    }

    private Image Describe(string owner)
    {
        var now = time.UtcNow();
        return new Image
        {
            Id = Guid.NewGuid().ToString(),
            Name = Name,
            Owner = owner,
            Visibility = ImageVisibility.Public,
            Status = ImageStatus.Saving,
            Node = settings.Host,
            DiskFormat = "qcow2",
            ContainerFormat = "bare",
            MinDisk = 1,
            MinRam = 96,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    [LoggerMessage(LogLevel.Information, "Registered the image {Name} ({Id})")]
    private partial void LogRegistered(string name, string id);

    [LoggerMessage(LogLevel.Warning, "{File} is not registered: there is no project admin to own it")]
    private partial void LogNoOwner(string file);
}
