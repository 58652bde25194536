namespace Kiroku.Tests.Ui;

/// <summary>
/// Tells routes of the page from those of the API. The tests of the API's routes leave the page's out, because a page
/// does and shows only what the API does and shows to the same user: it has no other way
/// (<see cref="PageHouseTests"/>).
/// </summary>
internal static class PageRoutes
{
    public static bool IsPage(string path) => path == "/ui" || path.StartsWith("/ui/", StringComparison.Ordinal);
}
