using Microsoft.Extensions.Caching.Memory;

namespace Kiroku.Identity.Tokens;

/// <summary>
/// What tokens stand for, kept until anything at all changes among identity's rows: opening a token and asking the
/// store would take most of a request's time, and a change takes effect with the next request all the same.
/// </summary>
internal sealed class KnownTokens : IDisposable
{
    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = 4096 });

    /// <summary>What the token was found to stand for, if nothing has changed since.</summary>
    /// <param name="token">The token as it came.</param>
    /// <param name="changes">How many changes there are by now; null if that is not known.</param>
    public SignIn? Find(string token, long? changes)
        => kept.TryGetValue(token, out Known? known) && known!.Changes == changes ? known.SignIn : null;

    /// <param name="token">The token as it came.</param>
    /// <param name="signIn">What it stands for.</param>
    /// <param name="changes">
    /// How many changes there were before that was read; null if that is not known, and then nothing is kept.
    /// </param>
    public void Keep(string token, SignIn signIn, long? changes)
    {
        if (changes is { } known)
            kept.Set(token, new Known(signIn, known), new MemoryCacheEntryOptions { Size = 1 });
    }

    public void Dispose() => kept.Dispose();

    private sealed record Known(SignIn SignIn, long Changes);
}
