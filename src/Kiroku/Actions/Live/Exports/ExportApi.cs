using Kiroku.Api;

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

    public static void MapExport(this IEndpointRouteBuilder app) => app.MapGet(Path, Send)
        .Is("exportActions", "Every action of the project, or of all projects, as a file, oldest first.")
        .Takes("format", "The form of the file.", DescribedValue.OneOf(
            [.. ExportFormat.All.Select(format => format.Name)]))
        .Takes(LiveScope.FilterName, LiveScope.FilterMeaning, DescribedValue.Text)
        .Takes(LiveScope.AllProjectsName, LiveScope.AllProjectsMeaning, DescribedValue.Truth)
        .Answers<string>(StatusCodes.Status200OK, [.. ExportFormat.All.Select(format => format.MediaType).Distinct()])
        .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden);

    private static Task Send(HttpContext context, Exports exports) => exports.SendAsync(context);
}
