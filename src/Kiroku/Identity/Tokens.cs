using System.Buffers.Text;
using System.Security.Cryptography;
using Kiroku.Api;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity;

/// <summary>
/// Gives tokens, checks them and takes them back. A token carries who and where; whether that still holds (user and project
/// enabled, roles now, password unchanged, not revoked) is asked of the store each time.
/// </summary>
internal sealed class Tokens(
    IdentityStore store, TokenSealer sealer, Passwords passwords, IOptions<IdentityOptions> options, TimeProvider time)
{
    /// <summary>A token for who proves who they are, with what it stands for.</summary>
    /// <exception cref="Fault">401, in the same words whatever was wrong with the proof.</exception>
    public async Task<(string Token, SignIn SignIn)> IssueAsync(AuthRequest request, CancellationToken cancellationToken)
    {
        // Taken before the proof: a password changed meanwhile voids this token too.
        var now = time.UtcNow();
        if (request.Methods.Count == 0 || request.Methods.Any(method => method is not ("password" or "token")))
            throw Fault.Unauthorized("Attempted to authenticate with an unsupported method.");
        var former = request.Token is null ? null : await ValidateAsync(request.Token, cancellationToken) ?? throw Fault.Unauthorized();
        var user = request.User is null ? former!.User : await ProveAsync(request.User, request.Password!, cancellationToken);
        if (former is not null && former.User.Id != user.Id)
            throw Fault.Unauthorized();
        var project = await ScopeAsync(request, cancellationToken);
        var claims = Claims(user, project, request.Methods, former?.Claims, now);
        var signIn = await StandAsync(claims, cancellationToken) ?? throw Fault.Unauthorized();
        return (sealer.Seal(claims), signIn);
    }

    /// <summary>What a token stands for now, or null if it is none or holds no longer.</summary>
    public async Task<SignIn?> ValidateAsync(string? token, CancellationToken cancellationToken)
    {
        var claims = token is null ? null : sealer.Open(token);
        return claims is null || claims.ExpiresAt <= time.UtcNow() ? null : await StandAsync(claims, cancellationToken);
    }

    public Task RevokeAsync(TokenClaims claims, CancellationToken cancellationToken)
        => store.RevokeAsync(claims, time.UtcNow(), cancellationToken);

    private async Task<User> ProveAsync(Reference reference, string password, CancellationToken cancellationToken)
    {
        var user = reference switch
        {
            { Id: { } id } => await store.FindUserAsync(id, cancellationToken),
            { Name: { } name } => await store.FindUserByNameAsync(name, cancellationToken),
            _ => null,
        };
        return passwords.Verify(user, password) ? user! : throw Fault.Unauthorized();
    }

    private async Task<string?> ScopeAsync(AuthRequest request, CancellationToken cancellationToken) => request switch
    {
        { Scope: AuthScope.None } => null,
        { Project.Id: { } id } => id,
        { Project.Name: { } name } => (await store.FindProjectByNameAsync(name, cancellationToken))?.Id ?? throw Fault.Unauthorized(),
        _ => throw Fault.Unauthorized(),
    };

    private TokenClaims Claims(User user, string? projectId, IReadOnlyList<string> methods, TokenClaims? former, DateTime now)
    {
        var auditId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        if (former is not null)
            return new TokenClaims(user.Id, projectId, [.. methods.Union(former.Methods)], [auditId, former.AuditIds[^1]], now, former.ExpiresAt);
        var expires = now + options.Value.TokenLifetime;
        return new TokenClaims(user.Id, projectId, methods, [auditId], now, expires.AddTicks(-(expires.Ticks % TimeSpan.TicksPerSecond)));
    }

    private async Task<SignIn?> StandAsync(TokenClaims claims, CancellationToken cancellationToken)
    {
        var standing = await store.FindStandingAsync(claims.UserId, claims.ProjectId, claims.AuditId, cancellationToken);
        if (standing is not { Revoked: false, User: { Enabled: true } user } || claims.IssuedAt < user.ValidAfter)
            return null;
        if (claims.ProjectId is null)
            return new SignIn(claims, user, null, []);
        if (standing is not { Project: { Enabled: true } project, Roles.Count: > 0 } || claims.IssuedAt < project.ValidAfter)
            return null;
        return new SignIn(claims, user, project, standing.Roles);
    }
}
