using Kiroku.Api;

namespace Kiroku.Identity.Tokens;

/// <summary>Says what a token stands for: our own identity's, or a Keystone's.</summary>
internal interface ITokenValidator
{
    /// <summary>What a token stands for now, or null if it is none or holds no longer.</summary>
    /// <exception cref="Fault">503, if it cannot be known now.</exception>
    Task<SignIn?> ValidateAsync(string? token, CancellationToken cancellationToken);
}
