using Kiroku.Api;
using Microsoft.AspNetCore.Identity;

namespace Kiroku.Identity.SigningIn;

/// <summary>
/// Hashes passwords and checks them, as slowly where there is none to check against as where there is. Both take a
/// processor for a while, so whoever asks for that over HTTP stands in the <see cref="SignInQueue"/>.
/// </summary>
internal sealed class Passwords
{
    private static readonly object Nobody = new();
    private readonly PasswordHasher<object> hasher = new();
    private readonly Lazy<string> nobodysHash;
    private readonly SignInQueue queue;

    public Passwords(SignInQueue queue)
    {
        this.queue = queue;
        nobodysHash = new Lazy<string>(() => Hash(Guid.NewGuid().ToString()));
    }

    public string Hash(string password) => hasher.HashPassword(Nobody, password);

    /// <exception cref="Fault">503: too many wait for a processor.</exception>
    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        using var processor = await queue.TakeProcessorAsync(cancellationToken);
        return Hash(password);
    }

    /// <param name="hash">What was kept; null or empty for nobody, or for a user without password.</param>
    /// <param name="password">What was presented.</param>
    public bool Verify(string? hash, string password)
    {
        // Made by the first to come, whoever that is: it takes as long as a check.
        var nobodys = nobodysHash.Value;
        var known = !string.IsNullOrEmpty(hash);
        var result = hasher.VerifyHashedPassword(Nobody, known ? hash! : nobodys, password);
        return result != PasswordVerificationResult.Failed && known;
    }
}
