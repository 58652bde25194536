using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Kiroku.Identity.Tokens;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Keystone;

/// <summary>
/// Validates tokens by asking a Keystone, and remembers its answers for a while. A token that Keystone did not know
/// is not remembered.
/// </summary>
internal sealed class KeystoneTokens(
    KeystoneClient keystone, IOptions<KeystoneOptions> options, TimeProvider time) : ITokenValidator
{
    private const int LongestToken = 8192;
    private const int MostRemembered = 10_000;

    /// <summary>
    /// Keyed by the tokens' hashes, so that a memory dump does not reveal tokens. The time is monotonic, because a
    /// clock may be set back.
    /// </summary>
    private readonly ConcurrentDictionary<string, (SignIn SignIn, long Asked)> remembered = new(StringComparer.Ordinal);

    public async Task<SignIn?> ValidateAsync(string? token, CancellationToken cancellationToken)
    {
        if (token is null or { Length: 0 or > LongestToken } || token.Any(character => character is <= ' ' or > '~'))
            return null;
        var key = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        if (remembered.TryGetValue(key, out var known) && IsFresh(known.Asked)
            && time.UtcNow() < known.SignIn.Claims.ExpiresAt)
            return known.SignIn;
        // Taken before the question, because the answer may miss anything that happens after it.
        var asked = time.GetTimestamp();
        var signIn = await keystone.ValidateAsync(token, cancellationToken);
        if (signIn is null || signIn.Claims.ExpiresAt <= time.UtcNow())
        {
            remembered.TryRemove(key, out _);
            return null;
        }
        Remember(key, signIn, asked);
        return signIn;
    }

    private bool IsFresh(long asked) => time.GetElapsedTime(asked) < options.Value.CacheTime;

    private void Remember(string key, SignIn signIn, long asked)
    {
        if (remembered.Count >= MostRemembered)
            Forget();
        remembered[key] = (signIn, asked);
    }

    private void Forget()
    {
        foreach (var (key, known) in remembered)
        {
            if (!IsFresh(known.Asked))
                remembered.TryRemove(key, out _);
        }
        if (remembered.Count >= MostRemembered)
            remembered.Clear();
    }
}
