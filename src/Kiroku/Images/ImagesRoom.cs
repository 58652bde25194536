using Kiroku.Access;
using Kiroku.Quotas;

namespace Kiroku.Images;

/// <summary>Puts the image service together.</summary>
internal static class ImagesRoom
{
    public static void AddImages(this IServiceCollection services)
    {
        services.AddRules(typeof(ImageRules));
        services.AddOptions<ImagesOptions>().BindConfiguration(ImagesOptions.Section)
            .Configure<IConfiguration>((options, configuration) =>
            {
                if (string.IsNullOrEmpty(options.GuestImage))
                    options.GuestImage = configuration["KIROKU_GUEST_IMAGE"] is { Length: > 0 } file ? file : null;
            })
            .Validate(options => options.MaxSize > 0, "Images:MaxSize is to be a number of bytes above 0.")
            .Validate(
                options => options.Folder is null
                    || (Path.IsPathFullyQualified(options.Folder) && Directory.Exists(options.Folder)),
                "Images:Folder is to be the absolute path of a folder that is there.")
            .Validate(options => options.GuestImage is null || File.Exists(options.GuestImage),
                "Images:GuestImage (KIROKU_GUEST_IMAGE) is to be a file.")
            .ValidateOnStart();
        services.AddSingleton<IImageUsage, ImageUsage>();
        services.AddSingleton<ImageStore>();
        services.AddSingleton<ImageMemberStore>();
        services.AddSingleton<ImageFiles>();
        services.AddSingleton<ImageUpload>();
        services.AddSingleton<ImageCopies>();
        services.AddHostedService<ImageRecovery>();
        services.AddHostedService<ImageRegistrar>();
        services.AddSingleton<DiskWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<DiskWatch>());
        services.AddSingleton<ImageSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<ImageSweeper>());
    }

    public static void MapImages(this IEndpointRouteBuilder app)
    {
        app.MapImageVersions();
        app.MapImageSchemas();
        app.MapImageRoutes();
        app.MapImageData();
        app.MapImageMembers();
    }
}
