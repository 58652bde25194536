using System.Buffers;

namespace Kiroku.Servers.Lists;

/// <summary>
/// The texts that are in whatever a regular expression matches. A store can look for them, and need not hand out the
/// rows that have not got them.
/// </summary>
internal static class SureTexts
{
    /// <summary>The characters that mean themselves in a regular expression.</summary>
    private static readonly SearchValues<char> Plain
        = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ :/,@");

    /// <summary>Whether an expression matches whatever has its own text in it, and nothing else.</summary>
    public static bool IsPlain(string pattern) => !pattern.AsSpan().ContainsAnyExcept(Plain);

    /// <summary>
    /// The texts, in the order in which they stand in each match. There may be more, behind what is too intricate to be
    /// understood here.
    /// </summary>
    /// <param name="pattern">A valid expression.</param>
    public static IReadOnlyList<string> Of(string pattern)
    {
        // A choice may be anywhere in a group.
        if (pattern.AsSpan().ContainsAny('|', '('))
            return [];
        var (texts, text) = (new List<string>(), "");
        for (var at = 0; at < pattern.Length; at++)
        {
            var character = pattern[at];
            if (character is '^' or '$')
                continue;
            if (character == '\\' && IsItself(pattern[at + 1]))
                text += pattern[++at];
            else if (Plain.Contains(character))
                text += character;
            else if (character is '.' or '+')
                End();
            else if (character is '?' or '*')
                EndBeforeLast();
            else
            {
                if (character == '{')
                    EndBeforeLast();
                break;
            }
        }
        End();
        return texts;

        void End()
        {
            if (text.Length > 0)
                texts.Add(text);
            text = "";
        }

        // What may be there any number of times may not be there.
        void EndBeforeLast()
        {
            text = text.Length > 0 ? text[..^1] : "";
            End();
        }
    }

    /// <summary>Whether a character behind a backslash is that character.</summary>
    private static bool IsItself(char escaped) => escaped is > ' ' and <= '~' && !char.IsAsciiLetterOrDigit(escaped);
}
