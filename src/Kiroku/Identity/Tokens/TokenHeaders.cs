namespace Kiroku.Identity.Tokens;

/// <summary>The headers that carry tokens.</summary>
internal static class TokenHeaders
{
    /// <summary>The caller's own token.</summary>
    public const string Token = "X-Auth-Token";

    /// <summary>The token that a request asks about or an answer returns.</summary>
    public const string Subject = "X-Subject-Token";
}
