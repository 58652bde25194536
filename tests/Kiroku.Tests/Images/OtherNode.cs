using Kiroku.Identity.Setup;
using Kiroku.Images;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kiroku.Tests.Images;

/// <summary>
/// The images of another node of a service: the same rows, with a folder of its own or the shared one.
/// </summary>
internal sealed class OtherNode : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("kiroku-test-");
    private readonly TestApp app;
    private readonly ServiceSettings settings;
    private readonly IOptions<ImagesOptions> options;

    public OtherNode(TestApp app, string? shared = null, string? guestImage = null, string name = "other")
    {
        this.app = app;
        settings = Get<ServiceSettings>() with { Host = name, DataDirectory = data.FullName };
        options = Options.Create(new ImagesOptions { Folder = shared, GuestImage = guestImage });
        Folder = shared ?? Path.Combine(data.FullName, "images");
        Images = new ImageFiles(settings, options, Get<DiskReserve>());
        Copies = new ImageCopies(Images, Get<IGrainFactory>(), NullLogger<ImageCopies>.Instance);
        Upload = new ImageUpload(Get<ImageStore>(), Images, settings, options);
        Sweeper = new ImageSweeper(
            Get<ImageStore>(), Images, Upload, settings, Get<TimeProvider>(), NullLogger<ImageSweeper>.Instance);
        Recovery = new ImageRecovery(Get<ImageStore>(), Images, Upload, settings, Get<TimeProvider>());
        Registrar = new ImageRegistrar(
            Get<ImageStore>(), Upload, Get<HomeProject>(), settings, options, Get<TimeProvider>(),
            NullLogger<ImageRegistrar>.Instance);
    }

    public string Folder { get; }

    public ImageFiles Images { get; }

    public ImageCopies Copies { get; }

    public ImageUpload Upload { get; }

    public ImageSweeper Sweeper { get; }

    public ImageRecovery Recovery { get; }

    public ImageRegistrar Registrar { get; }

    public string[] Files
        => Directory.Exists(Folder) ? [.. Directory.GetFiles(Folder).Order(StringComparer.Ordinal)] : [];

    public void Dispose()
    {
        Sweeper.Dispose();
        Copies.Dispose();
        data.Delete(recursive: true);
    }

    private T Get<T>()
        where T : notnull
        => app.Services.GetRequiredService<T>();
}
