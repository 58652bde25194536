using Kiroku.Api;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.SigningIn;

/// <summary>
/// Hashes and verifies passwords. Verifying takes the same time if there is no hash to compare with. Both occupy a
/// processor for a while, so HTTP requests for them go through the <see cref="SignInQueue"/>.
/// </summary>
internal sealed class Passwords
{
    private static readonly object Nobody = new();
    private readonly PasswordHasher<object> hasher;
    private readonly Lazy<string> nobodysHash;
    private readonly SignInQueue queue;

    public Passwords(SignInQueue queue, IOptions<PasswordHasherOptions> strength)
    {
        this.queue = queue;
        hasher = new PasswordHasher<object>(strength);
        nobodysHash = new Lazy<string>(() => Hash(Guid.NewGuid().ToString()));
    }

    public string Hash(string password) => hasher.HashPassword(Nobody, password);

    /// <exception cref="Fault">503: too many are waiting for a processor.</exception>
    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        using var processor = await queue.TakeProcessorAsync(cancellationToken);
        return Hash(password);
    }

    /// <param name="hash">The stored hash; null or empty for an unknown user or one without a password.</param>
    /// <param name="password">The given password.</param>
    public bool Verify(string? hash, string password)
    {
        // Always evaluated, whoever comes first, because creating it takes as long as a verification.
        var nobodys = nobodysHash.Value;
        var known = !string.IsNullOrEmpty(hash);
        var result = hasher.VerifyHashedPassword(Nobody, known ? hash! : nobodys, password);
        return result != PasswordVerificationResult.Failed && known;
    }
}
