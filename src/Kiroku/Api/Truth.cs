namespace Kiroku.Api;

/// <summary>Reads words as truth values, as OpenStack does (oslo.utils, bool_from_string).</summary>
internal static class Truth
{
    public const string Words = "'0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'";

    public static bool Of(string text, bool otherwise) => TryParse(text, out var truth) ? truth : otherwise;

    public static bool TryParse(string text, out bool truth)
    {
        var word = text.Trim().ToUpperInvariant();
        truth = word is "1" or "T" or "TRUE" or "ON" or "Y" or "YES";
        return truth || word is "0" or "F" or "FALSE" or "OFF" or "N" or "NO";
    }
}
