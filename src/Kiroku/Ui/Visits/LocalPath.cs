namespace Kiroku.Ui.Visits;

/// <summary>Where to go on after signing in. An address leads elsewhere in the page, and never out of it.</summary>
internal static class LocalPath
{
    public const string Home = "/ui";

    private const int Longest = 4096;

    /// <summary>The path if it is one of the page's own, with its query; else the page's beginning.</summary>
    public static string Of(string? path)
        => path is { Length: > 0 and <= Longest }
            && (path == Home || path.StartsWith("/ui/", StringComparison.Ordinal)
                || path.StartsWith("/ui?", StringComparison.Ordinal))
            && IsSafe(path)
            && !path.StartsWith("/ui/sign-", StringComparison.OrdinalIgnoreCase)
            && !HasDots(path)
            ? path
            : Home;

    /// <summary>Whether a browser would go up somewhere in it, and so perhaps out of the page.</summary>
    private static bool HasDots(string path)
        => path.Split('?')[0].Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Split('/')
            .Any(segment => segment is "." or "..");

    /// <summary>
    /// Whether it may stand in a header: browsers read a backslash as a slash and drop line breaks and tabs, and what
    /// else has no place in an address is escaped there.
    /// </summary>
    public static bool IsSafe(string path)
        => path.All(character => character is > ' ' and <= '~' and not '\\' and not '#');
}
