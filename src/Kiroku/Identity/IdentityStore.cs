using Dapper;
using Kiroku.Storage;

namespace Kiroku.Identity;

/// <summary>Users, projects, roles and revoked tokens, in rows.</summary>
internal sealed class IdentityStore(IDatabase database)
{
    public Task<User?> FindUserAsync(string id, CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<User>("SELECT * FROM users WHERE id = @id", new { id }), cancellationToken);

    public Task<User?> FindUserByNameAsync(string name, CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<User>("SELECT * FROM users WHERE name = @name", new { name }), cancellationToken);

    public Task<IEnumerable<User>> ListUsersAsync(CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QueryAsync<User>("SELECT * FROM users ORDER BY name"), cancellationToken);

    public Task<Project?> FindProjectByNameAsync(string name, CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<Project>("SELECT * FROM projects WHERE name = @name", new { name }), cancellationToken);

    public Task<IEnumerable<Project>> ListProjectsAsync(CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QueryAsync<Project>("SELECT * FROM projects ORDER BY name"), cancellationToken);

    /// <summary>The projects in which the user holds a role.</summary>
    public Task<IEnumerable<Project>> ListProjectsOfAsync(string userId, CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QueryAsync<Project>(
            "SELECT * FROM projects WHERE id IN (SELECT project_id FROM role_assignments WHERE user_id = @userId) ORDER BY name",
            new { userId }), cancellationToken);

    /// <summary>All that decides now whether a token for this user and project holds.</summary>
    public Task<Standing> FindStandingAsync(string userId, string? projectId, string auditId, CancellationToken cancellationToken)
        => database.ReadAsync(async db =>
        {
            var of = new { userId, projectId, auditId };
            var user = await db.QuerySingleOrDefaultAsync<User>("SELECT * FROM users WHERE id = @userId", of);
            var revoked = await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM revoked_tokens WHERE audit_id = @auditId", of) > 0;
            if (projectId is null)
                return new Standing(user, null, [], revoked);
            var project = await db.QuerySingleOrDefaultAsync<Project>("SELECT * FROM projects WHERE id = @projectId", of);
            var roles = await db.QueryAsync<string>(
                "SELECT role FROM role_assignments WHERE user_id = @userId AND project_id = @projectId", of);
            return new Standing(user, project, RoleNames.WithImplied(roles), revoked);
        }, cancellationToken);

    /// <summary>Voids a token, and forgets those that have meanwhile expired by themselves.</summary>
    public Task RevokeAsync(TokenClaims claims, DateTime now, CancellationToken cancellationToken)
        => database.WriteAsync(async db =>
        {
            await db.ExecuteAsync("DELETE FROM revoked_tokens WHERE expires_at < @now", new { now });
            return await db.ExecuteAsync(
                "INSERT INTO revoked_tokens (audit_id, expires_at) VALUES (@AuditId, @ExpiresAt) ON CONFLICT (audit_id) DO NOTHING", claims);
        }, cancellationToken);

    /// <summary>Changes a password; every token the user has is void from then on.</summary>
    public Task SetPasswordAsync(string userName, string passwordHash, DateTime now, CancellationToken cancellationToken)
        => database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE users SET password_hash = @passwordHash, valid_after = @now WHERE name = @userName",
            new { userName, passwordHash, now }), cancellationToken);

    /// <summary>Puts in the first users, projects and roles, unless there are users already.</summary>
    public Task<bool> SeedAsync(
        IReadOnlyList<Project> projects, IReadOnlyList<User> users, IReadOnlyList<RoleAssignment> roles, CancellationToken cancellationToken)
        => database.WriteAsync(async db =>
        {
            if (await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM users") > 0)
                return false;
            await db.ExecuteAsync("INSERT INTO projects (id, name, valid_after) VALUES (@Id, @Name, @ValidAfter)", projects);
            await db.ExecuteAsync("INSERT INTO users (id, name, password_hash, valid_after) VALUES (@Id, @Name, @PasswordHash, @ValidAfter)", users);
            await db.ExecuteAsync("INSERT INTO role_assignments (user_id, project_id, role) VALUES (@UserId, @ProjectId, @Role)", roles);
            return true;
        }, cancellationToken);
}

/// <summary>How user, project, roles and revocation stand at one moment.</summary>
internal sealed record Standing(User? User, Project? Project, IReadOnlyList<string> Roles, bool Revoked);

/// <summary>One role of one user in one project.</summary>
internal sealed record RoleAssignment(string UserId, string ProjectId, string Role);
