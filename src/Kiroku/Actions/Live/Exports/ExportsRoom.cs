namespace Kiroku.Actions.Live.Exports;

/// <summary>Puts the export together.</summary>
internal static class ExportsRoom
{
    public static void AddExports(this IServiceCollection services)
    {
        services.AddOptions<ExportOptions>().BindConfiguration(ExportOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = [LiveFormat.Lines, "text/csv"];
        });
        services.AddSingleton<ExportSlots>();
        services.AddSingleton<ExportLimits>();
        services.AddSingleton<Exports>();
    }
}
