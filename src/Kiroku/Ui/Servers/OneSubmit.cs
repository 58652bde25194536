using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Ui.Servers;

/// <summary>Knows a form that is sent twice, as by a double click, by a hidden field: it acts once.</summary>
internal static class OneSubmit
{
    /// <summary>The hidden field's name.</summary>
    public const string Field = "once";

    private const int Longest = 128;

    /// <summary>
    /// The Idempotency-Key of a form: what its page holds for it, and what was typed. Null for a form without it.
    /// </summary>
    public static string? KeyOf(IFormCollection form, string act, ReadOnlySpan<byte> body)
    {
        var once = form[Field].ToString();
        if (once.Length is 0 or > Longest || !once.All(character => character is > ' ' and <= '~'))
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{act}\n"));
        hash.AppendData(body);
        return $"{once}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}";
    }
}
