namespace Kiroku.Storage;

/// <summary>PostgreSQL has no place for U+0000 in a text: there its picture, U+2400, stands for it.</summary>
internal static class PostgresText
{
    public static string Of(string text) => text.Replace('\0', '\u2400');
}
