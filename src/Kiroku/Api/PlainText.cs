using System.Globalization;
using System.Text;

namespace Kiroku.Api;

/// <summary>
/// Makes texts of others fit for a terminal or a report: what would move a cursor, change colours, begin a line or turn
/// the direction of letters is shown by its number instead.
/// </summary>
internal static class PlainText
{
    public static string Of(string? text)
        => Replace(text ?? "", rune => string.Create(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"));

    /// <summary>The same for a JSON document, which stays what it is: such letters are in its texts alone.</summary>
    public static string OfJson(string json) => Replace(json, rune => string.Concat(
        rune.ToString().Select(unit => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"))));

    private static string Replace(string text, Func<Rune, string> name)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            plain.Append(IsUnfit(rune) ? name(rune) : rune.ToString());
        return plain.ToString();
    }

    private static bool IsUnfit(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
