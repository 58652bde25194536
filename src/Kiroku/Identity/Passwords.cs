using Microsoft.AspNetCore.Identity;

namespace Kiroku.Identity;

/// <summary>Hashes passwords and checks them, as slowly where there is none to check against as where there is.</summary>
internal sealed class Passwords
{
    private static readonly object Nobody = new();
    private readonly PasswordHasher<object> hasher = new();
    private readonly Lazy<string> nobodysHash;

    public Passwords() => nobodysHash = new Lazy<string>(() => Hash(Guid.NewGuid().ToString()));

    public string Hash(string password) => hasher.HashPassword(Nobody, password);

    /// <param name="hash">What was kept; null or empty for nobody, or for a user without password.</param>
    /// <param name="password">What was presented.</param>
    public bool Verify(string? hash, string password)
    {
        var known = !string.IsNullOrEmpty(hash);
        return hasher.VerifyHashedPassword(Nobody, known ? hash! : nobodysHash.Value, password) != PasswordVerificationResult.Failed && known;
    }
}
