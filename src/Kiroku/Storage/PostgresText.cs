namespace Kiroku.Storage;

/// <summary>PostgreSQL cannot store U+0000 in text, so its symbol U+2400 takes its place.</summary>
internal static class PostgresText
{
    public static string Of(string text) => text.Replace('\0', '\u2400');
}
