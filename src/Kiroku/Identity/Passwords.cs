using Microsoft.AspNetCore.Identity;

namespace Kiroku.Identity;

/// <summary>Hashes passwords and checks them, as slowly for a user that does not exist as for one that does.</summary>
internal sealed class Passwords
{
    private static readonly User Nobody = new() { Id = "", Name = "", PasswordHash = "" };
    private readonly PasswordHasher<User> hasher = new();
    private readonly Lazy<string> nobodysHash;

    public Passwords() => nobodysHash = new Lazy<string>(() => Hash(Guid.NewGuid().ToString()));

    public string Hash(string password) => hasher.HashPassword(Nobody, password);

    public bool Verify(User? user, string password)
        => hasher.VerifyHashedPassword(Nobody, user?.PasswordHash ?? nobodysHash.Value, password) != PasswordVerificationResult.Failed
            && user is not null;
}
