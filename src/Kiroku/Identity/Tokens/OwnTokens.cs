using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Tokens;

/// <summary>
/// Issues, validates and revokes the service's own tokens. A token names a user and a scope. Whether it is still
/// valid (user and project enabled, present roles, password unchanged, not revoked) is read from the store whenever
/// identity's rows have changed.
/// </summary>
internal sealed class OwnTokens(
    IdentityStore store, IdentityRows rows, KnownTokens known, Proofs proofs, ProjectStore projects, TokenSealer sealer,
    IOptions<IdentityOptions> options, TimeProvider time) : ITokenValidator
{
    /// <summary>Issues a token to a user who proves their identity, and tells what it stands for.</summary>
    /// <exception cref="Fault">401 with the same message whatever is wrong with the proof.</exception>
    public async Task<(string Token, SignIn SignIn)> IssueAsync(
        AuthRequest request, IPAddress? address, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        if (request.Methods.Count == 0)
            throw Fault.Unauthorized();
        if (request.Methods.Any(method => method is not ("password" or "token" or CredentialProof.Method)))
            throw Fault.Unauthorized("Attempted to authenticate with an unsupported method.");
        var former = request.Token is null
            ? null
            : await ValidateAsync(request.Token, cancellationToken) ?? throw Fault.Unauthorized();
        if (former?.Claims.CredentialId is not null)
            throw Refusal.Forbidden("Using a delegated token to create another token is not allowed.");
        var proof = await proofs.CheckAsync(request, former?.User, address, cancellationToken);
        var claims = Claims(request, proof, former?.Claims, now);
        var signIn = await ScopeAsync(request, claims, proof, cancellationToken) ?? throw Fault.Unauthorized();
        return (sealer.Seal(signIn.Claims), signIn);
    }

    public async Task<SignIn?> ValidateAsync(string? token, CancellationToken cancellationToken)
    {
        if (token is null)
            return null;
        var changes = await rows.CountChangesAsync(cancellationToken);
        if (known.Find(token, changes) is { } before)
            return before.IsOf(time.UtcNow(), options.Value.TokenLifetime) ? before : null;
        if (sealer.Open(token) is not { } claims || !claims.IsOf(time.UtcNow(), options.Value.TokenLifetime))
            return null;
        if (Stand(await store.FindStandingAsync(claims, cancellationToken), claims) is not { } signIn)
            return null;
        known.Keep(token, signIn, changes);
        return signIn;
    }

    public Task RevokeAsync(TokenClaims claims, CancellationToken cancellationToken)
        => store.RevokeAsync(claims, time.UtcNow(), cancellationToken);

    private async Task<SignIn?> ScopeAsync(
        AuthRequest request, TokenClaims claims, Proof proof, CancellationToken cancellationToken)
    {
        if (proof.Credential is { } credential)
            return request.Scope == AuthScope.Default
                ? await NewAsync(
                    claims with { ScopeId = credential.ProjectId, CredentialId = credential.Id }, cancellationToken)
                : throw Fault.Unauthorized(
                    "Error authenticating with application credential: "
                        + "Application credentials cannot request a scope.");
        if (request.Scope == AuthScope.None)
            return await NewAsync(claims, cancellationToken);
        if (request.Scope == AuthScope.Default)
            return proof.User.DefaultProjectId is { } usual
                && await NewAsync(claims with { ScopeId = usual }, cancellationToken) is { } signIn
                ? signIn
                : await NewAsync(claims, cancellationToken);
        return await FindScopeAsync(request, cancellationToken) is { } scope
            ? await NewAsync(claims with { ScopeId = scope }, cancellationToken)
            : null;
    }

    private async Task<string?> FindScopeAsync(AuthRequest request, CancellationToken cancellationToken)
        => request switch
        {
            { Scope: AuthScope.Domain } => request.Target!.Id,
            { Target.Id: Domain.Id } => null,
            { Target.Id: { } id } => id,
            { Target.Name: { } name } => (await projects.FindByNameAsync(name, cancellationToken))?.Id,
            _ => null,
        };

    private TokenClaims Claims(AuthRequest request, Proof proof, TokenClaims? former, DateTime now)
    {
        var auditId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var expires = now + options.Value.TokenLifetime;
        if (proof.Credential?.ExpiresAt < expires)
            expires = proof.Credential.ExpiresAt.Value;
        return new TokenClaims
        {
            UserId = proof.User.Id,
            UserStamp = proof.User.ValidAfter,
            Methods = former is null ? request.Methods : [.. request.Methods.Union(former.Methods)],
            AuditIds = former is null ? [auditId] : [auditId, former.AuditIds[^1]],
            IssuedAt = now,
            ExpiresAt = former?.ExpiresAt ?? expires.AddTicks(-(expires.Ticks % TimeSpan.TicksPerSecond)),
            // A number higher than any, until the present number of changes is read.
            Changes = long.MaxValue,
        };
    }

    /// <summary>Completes a new token with the present stamp and number of changes; null if it would not be
    /// valid.</summary>
    private async Task<SignIn?> NewAsync(TokenClaims claims, CancellationToken cancellationToken)
    {
        var standing = await store.FindStandingAsync(claims, cancellationToken);
        return Stand(standing, claims with { ProjectStamp = standing.Project?.ValidAfter, Changes = standing.Changes });
    }

    private SignIn? Stand(Standing standing, TokenClaims claims)
    {
        if (standing is not { Revoked: false, User: { Enabled: true } user } || claims.UserStamp != user.ValidAfter)
            return null;
        if (claims.ScopeId is null)
            return new SignIn(claims, user, null, []);
        var (project, roles) = (standing.Project, standing.Roles);
        if (roles.Count == 0 || claims.ScopeId != Domain.Id
            && (project is not { Enabled: true } || !IsOfStamp(claims, project)))
            return null;
        if (claims.CredentialId is null)
            return new SignIn(claims, user, project, roles);
        return standing.Credential is { } credential && credential.HoldsAt(time.UtcNow())
            ? new SignIn(claims, user, project, roles) { Credential = credential }
            : null;
    }

    /// <summary>
    /// Tokens of the previous version have no stamp. An hour after the last node of that version, no such tokens are
    /// left.
    /// </summary>
    private static bool IsOfStamp(TokenClaims claims, Project project)
        => claims.ProjectStamp is { } stamp ? stamp == project.ValidAfter : claims.IssuedAt >= project.ValidAfter;
}
