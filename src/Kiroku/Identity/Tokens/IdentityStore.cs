using System.Data.Common;
using Dapper;
using Kiroku.Identity.Accounts;
using Kiroku.Storage;

namespace Kiroku.Identity.Tokens;

/// <summary>The rows that decide whether a token is valid, and the first users and projects.</summary>
internal sealed class IdentityStore(IdentityRows rows)
{
    /// <summary>Reads everything that decides whether a token is valid and what it stands for.</summary>
    public Task<Standing> FindStandingAsync(TokenClaims claims, CancellationToken cancellationToken)
        => rows.ReadAsync(async db =>
        {
            var user = await db.QuerySingleOrDefaultAsync<User>("SELECT * FROM users WHERE id = @UserId", claims);
            var standing = new Standing(user, null, [], await IsRevokedAsync(db, claims))
            {
                Changes = await db.ExecuteScalarAsync<long>("SELECT changes FROM identity_changes"),
            };
            if (claims.ScopeId is null)
                return standing;
            var project = await db.QuerySingleOrDefaultAsync<Project>(
                "SELECT * FROM projects WHERE id = @ScopeId", claims);
            standing = standing with
            {
                Project = project,
                Roles = Role.WithImplied(await RolesInScopeAsync(db, claims)),
            };
            if (claims.CredentialId is null)
                return standing;
            var credential = await CredentialRows.FindAsync(db, "c.id = @CredentialId", claims);
            // Only roles that the credential was created with and that its user still has.
            var lent = credential is null
                ? []
                : standing.Roles.IntersectBy(credential.Roles.Select(role => role.Id), role => role.Id).ToArray();
            return standing with { Credential = credential, Roles = lent };
        }, cancellationToken);

    /// <summary>Revokes a token, and forgets revoked tokens that have expired since.</summary>
    public Task RevokeAsync(TokenClaims claims, DateTime now, CancellationToken cancellationToken)
        => rows.ChangeAsync(async db =>
        {
            if (await db.ExecuteAsync("DELETE FROM revoked_tokens WHERE expires_at < @now", new { now }) > 0)
                await NoteForgottenAsync(db, now);
            return await db.ExecuteAsync(
                "INSERT INTO revoked_tokens (audit_id, expires_at) VALUES (@AuditId, @ExpiresAt) "
                    + "ON CONFLICT (audit_id) DO NOTHING", claims);
        }, cancellationToken);

    /// <summary>Inserts the first users, projects and role assignments, unless there are users already.</summary>
    public Task<bool> SeedAsync(
        IReadOnlyList<Project> projects, IReadOnlyList<User> users, IReadOnlyList<RoleAssignment> roles,
        CancellationToken cancellationToken)
        => rows.ChangeAsync(async db =>
        {
            if (await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM users") > 0)
                return false;
            await db.ExecuteAsync(Columns<Project>.Insert("projects"), projects);
            await db.ExecuteAsync(Columns<User>.Insert("users"), users);
            await db.ExecuteAsync(Columns<RoleAssignment>.Insert("role_assignments"), roles);
            return true;
        }, cancellationToken);

    /// <summary>
    /// Whether a token was revoked. Also true if its revocation may have been forgotten too early, because the clock
    /// was ahead at that time.
    /// </summary>
    private static async Task<bool> IsRevokedAsync(DbConnection db, TokenClaims claims)
        => await db.ExecuteScalarAsync<long>(
        """
        SELECT (SELECT COUNT(*) FROM revoked_tokens WHERE audit_id = @AuditId)
            + (SELECT COUNT(*) FROM forgotten_revocations WHERE changes > @Changes AND expired_before > @ExpiresAt)
        """, claims) > 0;

    /// <summary>A newer note replaces an older one, unless the clock was ahead when the older one was made.</summary>
    private static Task NoteForgottenAsync(DbConnection db, DateTime now) => db.ExecuteAsync(
        """
        DELETE FROM forgotten_revocations WHERE expired_before <= @now;
        INSERT INTO forgotten_revocations (changes, expired_before) SELECT changes, @now FROM identity_changes
        """, new { now });

    private static async Task<Role[]> RolesInScopeAsync(DbConnection db, TokenClaims claims)
        => [.. await db.QueryAsync<Role>(
            """
            SELECT r.* FROM role_assignments a JOIN roles r ON r.id = a.role_id
            WHERE a.user_id = @UserId AND a.scope_id = @ScopeId
            """, claims)];
}

/// <summary>The state of user, project, roles and revocation at one moment.</summary>
internal sealed record Standing(User? User, Project? Project, IReadOnlyList<Role> Roles, bool Revoked)
{
    public ApplicationCredential? Credential { get; init; }

    /// <summary>The number of changes to identity's rows at that moment.</summary>
    public long Changes { get; init; }
}
