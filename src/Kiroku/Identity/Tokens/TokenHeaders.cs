namespace Kiroku.Identity.Tokens;

/// <summary>The headers that tokens come in.</summary>
internal static class TokenHeaders
{
    /// <summary>The caller's own token.</summary>
    public const string Token = "X-Auth-Token";

    /// <summary>The token that a request is about, or that an answer gives.</summary>
    public const string Subject = "X-Subject-Token";
}
