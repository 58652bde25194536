using Kiroku.Api;

namespace Kiroku.Ui.Actions;

/// <summary>
/// Texts of others in Markdown. They are code, because it is only there that no renderer finds a link, an image, HTML,
/// or the name of a person or a ticket: many look for those after all escapes are gone.
/// </summary>
internal static class MarkdownCode
{
    /// <summary>
    /// A code span (CommonMark 0.31, 6.1), or nothing of nothing. Its fence is longer than any within it, and what
    /// cannot be seen is shown by its number. Not for tables.
    /// </summary>
    public static string Code(string text)
    {
        var plain = PlainText.Of(text);
        if (plain.Length == 0)
            return "";
        var fence = new string('`', MostTogether(plain) + 1);
        // One space at each end belongs to the fence.
        var space = plain[0] is '`' or ' ' || plain[^1] is '`' or ' ' ? " " : "";
        return $"{fence}{space}{plain}{space}{fence}";
    }

    private static int MostTogether(string text)
    {
        var (most, together) = (0, 0);
        foreach (var character in text)
        {
            together = character == '`' ? together + 1 : 0;
            most = Math.Max(most, together);
        }
        return most;
    }
}
