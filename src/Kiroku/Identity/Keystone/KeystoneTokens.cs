using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Keystone;

/// <summary>Knows tokens by asking a Keystone, and remembers its answer for a while. What it did not know is asked again each time.</summary>
internal sealed class KeystoneTokens(KeystoneClient keystone, IOptions<KeystoneOptions> options, TimeProvider time) : ITokenValidator
{
    private const int LongestToken = 8192;
    private const int MostRemembered = 10_000;

    /// <summary>By their hash: who reads this memory is not to find tokens in it.</summary>
    private readonly ConcurrentDictionary<string, (SignIn SignIn, DateTime Until)> remembered = new(StringComparer.Ordinal);

    public async Task<SignIn?> ValidateAsync(string? token, CancellationToken cancellationToken)
    {
        if (token is null or { Length: 0 or > LongestToken } || token.Any(character => character is <= ' ' or > '~'))
            return null;
        var key = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        if (remembered.TryGetValue(key, out var known) && time.UtcNow() < known.Until)
            return known.SignIn;
        // From before it was asked: what happened since is not in the answer.
        var asked = time.UtcNow();
        var signIn = await keystone.ValidateAsync(token, cancellationToken);
        if (signIn is null || signIn.Claims.ExpiresAt <= asked)
        {
            remembered.TryRemove(key, out _);
            return null;
        }
        Remember(key, signIn, asked);
        return signIn;
    }

    private void Remember(string key, SignIn signIn, DateTime asked)
    {
        var until = asked + options.Value.CacheTime;
        if (remembered.Count >= MostRemembered)
            Forget();
        remembered[key] = (signIn, until < signIn.Claims.ExpiresAt ? until : signIn.Claims.ExpiresAt);
    }

    private void Forget()
    {
        var now = time.UtcNow();
        foreach (var (key, known) in remembered)
        {
            if (known.Until <= now)
                remembered.TryRemove(key, out _);
        }
        if (remembered.Count >= MostRemembered)
            remembered.Clear();
    }
}
