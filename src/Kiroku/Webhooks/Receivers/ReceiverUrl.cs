using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Kiroku.Webhooks.Receivers;

/// <summary>
/// The form of a receiver's address: http or https, a host, and nothing that only misleads its readers.
/// </summary>
internal static class ReceiverUrl
{
    public const int MostCharacters = 2048;

    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? url)
    {
        url = text.Length <= MostCharacters && !text.Any(Misleads)
            && Uri.TryCreate(text, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
            && parsed is { UserInfo: "", Fragment: "", Port: > 0, IdnHost.Length: > 0 }
            ? parsed
            : null;
        return url is not null;
    }

    /// <summary>Such characters are dropped or taken for others by some readers of addresses, and not by all.</summary>
    private static bool Misleads(char character)
        => char.IsWhiteSpace(character) || character is '\\' or '#'
            || char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format;
}
