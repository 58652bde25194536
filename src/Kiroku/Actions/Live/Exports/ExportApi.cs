namespace Kiroku.Actions.Live.Exports;

/// <summary>GET /actions/v1/export: every action that fulfils a filter, as a file.</summary>
internal static class ExportApi
{
    private const string Path = "/actions/v1/export";

    /// <summary>Compresses exports for clients that ask for it. They hold nothing that must not be guessed.</summary>
    public static void UseExportCompression(this IApplicationBuilder app)
        => app.UseWhen(
            context => context.Request.Path.Equals(Path, StringComparison.Ordinal),
            export => export.UseResponseCompression());

    public static void MapExport(this IEndpointRouteBuilder app) => app.MapGet(Path, Send);

    private static Task Send(HttpContext context, Exports exports) => exports.SendAsync(context);
}
