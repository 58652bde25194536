using System.Security.Cryptography;
using Kiroku.Identity;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Images;

/// <summary>
/// Clears up after the last process, then offers the guest image that came with the service to everyone, once for each
/// content: a new content takes the name over and hides what had it.
/// </summary>
internal sealed partial class ImageRegistrar(
    ImageStore store, ImageFiles files, ImageUpload upload, HomeProject home, IOptions<ImagesOptions> options, TimeProvider time,
    ILogger<ImageRegistrar> logger) : IHostedService
{
    public const string Name = "kiroku-guest";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        files.KeepOnly(await store.RecoverAsync(cancellationToken));
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
        var own = (await store.ListAsync(ImageFilter.Named(Name), new ImageViewer(owner, SeesAll: false), cancellationToken)).Where(image => image.Owner == owner).ToList();
        if (own.Any(image => image.OsHashValue == hash))
            return;
        foreach (var unfinished in own.Where(image => image.Status != ImageStatus.Active))
            await store.DeleteAsync(unfinished.Id, cancellationToken);
        bytes.Position = 0;
        await AddAsync(owner, bytes, cancellationToken);
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

    private async Task AddAsync(string owner, FileStream bytes, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        var image = new Image
        {
            Id = Guid.NewGuid().ToString(),
            Name = Name,
            Owner = owner,
            Visibility = ImageVisibility.Public,
            Status = ImageStatus.Queued,
            DiskFormat = "qcow2",
            ContainerFormat = "bare",
            MinDisk = 1,
            MinRam = 96,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await store.AddAsync(image, cancellationToken);
        await upload.SaveAsync(image, bytes, cancellationToken);
        await store.SupersedeAsync(image, cancellationToken);
        LogRegistered(Name, image.Id);
    }

    [LoggerMessage(LogLevel.Information, "Registered the image {Name} ({Id})")]
    private partial void LogRegistered(string name, string id);

    [LoggerMessage(LogLevel.Warning, "{File} is not registered: there is no project admin to own it")]
    private partial void LogNoOwner(string file);
}
