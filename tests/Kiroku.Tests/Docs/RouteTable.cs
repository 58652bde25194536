using Kiroku.Tests.Identity;

namespace Kiroku.Tests.Docs;

/// <summary>
/// The routes as docs/routes.md shows them: path and methods from the code, the other columns by hand.
/// </summary>
internal static class RouteTable
{
    public static IReadOnlyList<string> Apis { get; } = ["compute", "live", "image", "network", "identity", "service"];

    public static GeneratedPart Part(string api) => new("routes.md", api);

    public static IEnumerable<string> Lines(string api, IServiceProvider services) =>
    [
        api == "compute" ? "| path | methods | what for | from microversion |" : "| path | methods | what for |",
        api == "compute" ? "|---|---|---|---|" : "|---|---|---|",
        .. VisibilityTests.Rows(services).Where(row => ApiOf(row) == api).GroupBy(row => row.Path)
            .OrderBy(path => path.Key, StringComparer.Ordinal)
            .Select(path => $"| `{path.Key}` | {Methods(path)} | {string.Join(" | ", Kept(api, path.Key))} |"),
    ];

    /// <summary>Which of the APIs a route belongs to.</summary>
    public static string ApiOf(VisibilityRow row) => row.Path switch
    {
        "/healthz" or "/metrics" => "service",
        _ when row.IsCompute => "compute",
        _ when row.Path.StartsWith("/actions", StringComparison.Ordinal) => "live",
        _ when row.Path.StartsWith("/identity", StringComparison.Ordinal) => "identity",
        _ when row.Path.StartsWith("/image", StringComparison.Ordinal) => "image",
        _ when row.Path.StartsWith("/network", StringComparison.Ordinal) => "network",
        _ => "compute",
    };

    private static string Methods(IEnumerable<VisibilityRow> rows)
        => string.Join(' ', rows.Select(row => row.Method).Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<string> Kept(string api, string path)
        => Enumerable.Range(2, api == "compute" ? 2 : 1).Select(column => Part(api).Kept(path, column));
}
