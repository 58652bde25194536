using Microsoft.Extensions.Caching.Memory;

namespace Kiroku.Identity.Tokens;

/// <summary>
/// Caches what tokens stand for until any of identity's rows change. Without it, decrypting a token and asking the
/// store would take most of a request's time. A change still takes effect at the next request.
/// </summary>
internal sealed class KnownTokens : IDisposable
{
    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = 4096 });

    /// <summary>What the token stands for, if nothing has changed since that was read.</summary>
    /// <param name="token">The token in its encrypted form.</param>
    /// <param name="changes">The number of changes now; null if unknown.</param>
    public SignIn? Find(string token, long? changes)
        => kept.TryGetValue(token, out Known? known) && known!.Changes == changes ? known.SignIn : null;

    /// <param name="token">The token in its encrypted form.</param>
    /// <param name="signIn">What the token stands for.</param>
    /// <param name="changes">The number of changes before that was read. If it is null, nothing is cached.</param>
    public void Keep(string token, SignIn signIn, long? changes)
    {
        if (changes is { } known)
            kept.Set(token, new Known(signIn, known), new MemoryCacheEntryOptions { Size = 1 });
    }

    public void Dispose() => kept.Dispose();

    private sealed record Known(SignIn SignIn, long Changes);
}
