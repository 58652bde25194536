using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Kiroku.Identity.Tokens;

/// <summary>
/// Converts claims to token strings and back. Data Protection encrypts and signs them; the characters are safe in a
/// header. The expiry is a claim, so that <see cref="TimeProvider"/> is the service's only clock.
/// </summary>
internal sealed class TokenSealer(IDataProtectionProvider protection)
{
    private const int LongestToken = 2048;
    private readonly IDataProtector protector = protection.CreateProtector("Kiroku.Identity.Token");

    public string Seal(TokenClaims claims) => Base64Url.EncodeToString(protector.Protect(claims.ToBytes()));

    /// <summary>The claims of a token that this service made; null for any other string.</summary>
    public TokenClaims? Open(string token)
    {
        if (token.Length is 0 or > LongestToken || !Base64Url.IsValid(token))
            return null;
        try
        {
            return TokenClaims.FromBytes(protector.Unprotect(Base64Url.DecodeFromChars(token)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
