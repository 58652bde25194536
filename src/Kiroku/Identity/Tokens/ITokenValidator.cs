using Kiroku.Api;

namespace Kiroku.Identity.Tokens;

/// <summary>Tells what a token stands for, for our own identity or a Keystone.</summary>
internal interface ITokenValidator
{
    /// <summary>What a token stands for now; null if it is invalid.</summary>
    /// <exception cref="Fault">503 if that cannot be determined now.</exception>
    Task<SignIn?> ValidateAsync(string? token, CancellationToken cancellationToken);
}
