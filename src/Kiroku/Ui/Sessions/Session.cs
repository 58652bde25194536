using Kiroku.Identity.Tokens;

namespace Kiroku.Ui.Sessions;

/// <summary>
/// What a signed-in browser's cookie holds, sealed. It says who and where for the page's head; what the user may do is
/// decided by the token alone, with each request.
/// </summary>
public sealed record Session
{
    public required string Token { get; init; }

    public required string UserId { get; init; }

    public required string UserName { get; init; }

    /// <summary>Null as long as no project is chosen.</summary>
    public string? ProjectId { get; init; }

    public string? ProjectName { get; init; }

    /// <summary>The names of the user's roles in the project, as the token listed them.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>When the token ends, and the session with it; UTC.</summary>
    public required DateTime ExpiresAt { get; init; }

    /// <summary>Whether the token is of an application credential, which is of one project for good.</summary>
    public bool IsOfCredential { get; init; }

    /// <summary>The session of a token that is this sign-in's.</summary>
    internal static Session Of(string token, SignIn signIn) => new()
    {
        Token = token,
        UserId = signIn.User.Id,
        UserName = signIn.User.Name,
        ProjectId = signIn.Project?.Id,
        ProjectName = signIn.Project?.Name,
        Roles = [.. signIn.Roles.Select(role => role.Name)],
        ExpiresAt = signIn.Claims.ExpiresAt,
        IsOfCredential = signIn.Claims.Methods.Contains("application_credential"),
    };

    /// <summary>Whether to show what only administrators have. No right follows from it.</summary>
    public bool IsAdmin => Roles.Contains("admin");

    /// <summary>Keeps the token out of logs and messages.</summary>
    public override string ToString() => $"session of {UserId}";
}
