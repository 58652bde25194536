using System.Text;

namespace Kiroku.Ui.Actions.Lists;

/// <summary>
/// Filters as docs/live-record.md has them, as far as a form has to know: the conditions that AND joins, each a text of
/// its own. What a filter means, and whether it is one, the API says.
/// </summary>
internal static class FilterText
{
    /// <summary>
    /// Splits a filter at each AND that is outside of quotes and parentheses. OR binds more tightly, so each part is
    /// whole. What is no filter is split as well, and joined again it says the same.
    /// </summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var (parts, begin, depth, quote) = (new List<string>(), 0, 0, '\0');
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (quote != '\0')
            {
                if (character == '\\')
                    at++;
                else if (character == quote)
                    quote = '\0';
                continue;
            }
            quote = character is '"' or '\'' ? character : quote;
            depth += character switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth != 0 || !IsAnd(text, at))
                continue;
            parts.Add(text[begin..at].Trim());
            begin = at + 3;
            at += 2;
        }
        parts.Add(text[begin..].Trim());
        return parts is [""] ? [] : parts;
    }

    /// <summary>Joins conditions to one filter.</summary>
    public static string Join(IEnumerable<string> parts) => string.Join(" AND ", parts);

    /// <summary>A value as a filter has it, in quotes where it needs them.</summary>
    /// <param name="value">Any text.</param>
    /// <param name="hasStar">Whether a star at its end stands for anything.</param>
    public static string Quote(string value, bool hasStar = false)
    {
        var bare = hasStar && value.EndsWith('*') ? value[..^1] : value;
        if (bare.Length > 0 && bare is not ("AND" or "OR" or "NOT") && bare.All(IsBare))
            return value;
        var quoted = new StringBuilder("\"");
        foreach (var character in bare)
        {
            if (character is '"' or '\\' or '*')
                quoted.Append('\\');
            quoted.Append(character);
        }
        return quoted.Append(bare.Length < value.Length ? "*\"" : "\"").ToString();
    }

    /// <summary>The value that <see cref="Quote"/> made this of; null if it did not, or a star is part of it.</summary>
    public static string? Unquote(string quoted)
    {
        var value = quoted is ['"', .. var inner, '"'] ? Plain(inner) : quoted;
        return value is not null && Quote(value) == quoted ? value : null;
    }

    private static string Plain(string inner)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < inner.Length; at++)
        {
            if (inner[at] == '\\' && at + 1 < inner.Length)
                at++;
            plain.Append(inner[at]);
        }
        return plain.ToString();
    }

    private static bool IsAnd(string text, int at)
        => text.AsSpan(at).StartsWith("AND", StringComparison.Ordinal)
            && (at == 0 || char.IsWhiteSpace(text[at - 1]) || text[at - 1] is ')' or '"' or '\'')
            && (at + 3 == text.Length || !(char.IsAsciiLetterOrDigit(text[at + 3]) || text[at + 3] is '_' or '.'));

    private static bool IsBare(char character)
        => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ':';
}
