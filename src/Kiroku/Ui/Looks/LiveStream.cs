using Kiroku.Ui.Visits;

namespace Kiroku.Ui.Looks;

/// <summary>Addresses of the stream that a page follows.</summary>
internal static class LiveStream
{
    /// <summary>
    /// The stream of the actions that a filter selects, as the live record has filters. Administrators see all
    /// projects, as they do on the pages.
    /// </summary>
    public static string Of(Visit visit, string filter)
        => Address.Of("/ui/stream", ("filter", filter), ("all_projects", visit.Session!.IsAdmin ? "true" : ""));
}
