using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Identity.Accounts;

/// <summary>Roles and their assignments, in rows.</summary>
internal sealed class RoleStore(IdentityRows rows)
{
    public Task<Role?> FindAsync(string id, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db => FindAsync(db, id), cancellationToken);

    public Task<IEnumerable<Role>> ListAsync(string? name, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db =>
            db.QueryAsync<Role>("SELECT * FROM roles WHERE @name IS NULL OR name = @name ORDER BY name", new { name }),
            cancellationToken);

    public Task<Role> AddAsync(Role role, CancellationToken cancellationToken) => rows.ChangeAsync(async db =>
    {
        await RequireNameAsync(db, role);
        await db.ExecuteAsync(Columns<Role>.Insert("roles"), role);
        return role;
    }, cancellationToken);

    public Task<Role> ChangeAsync(string id, Func<Role, Role> change, CancellationToken cancellationToken)
        => rows.ChangeAsync(async db =>
        {
            var after = change(await FindAsync(db, id) ?? throw Refusal.NotFound("role", id));
            await RequireNameAsync(db, after);
            await db.ExecuteAsync(
                $"UPDATE roles SET {Columns<Role>.Assignments(nameof(Role.Id))} WHERE id = @Id", after);
            return after;
        }, cancellationToken);

    /// <summary>Deletes a role and all its assignments.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken) => rows.ChangeAsync(async db =>
    {
        var role = await FindAsync(db, id) ?? throw Refusal.NotFound("role", id);
        if (role.Immutable)
            throw Refusal.Immutable("delete", "role", id);
        await db.ExecuteAsync("DELETE FROM application_credential_roles WHERE role_id = @id", new { id });
        await db.ExecuteAsync("DELETE FROM role_assignments WHERE role_id = @id", new { id });
        return await db.ExecuteAsync("DELETE FROM roles WHERE id = @id", new { id });
    }, cancellationToken);

    /// <summary>All assignments, with the names of users, roles and projects.</summary>
    public Task<IEnumerable<NamedAssignment>> ListAssignmentsAsync(CancellationToken cancellationToken)
        => rows.ReadOneAsync(db => db.QueryAsync<NamedAssignment>(
            """
            SELECT a.*, u.name AS user_name, p.name AS project_name, r.name AS role_name
            FROM role_assignments a JOIN users u ON u.id = a.user_id JOIN roles r ON r.id = a.role_id
                LEFT JOIN projects p ON p.id = a.scope_id
            ORDER BY u.name, p.name, r.name
            """), cancellationToken);

    /// <summary>The roles of a user in a project or in the domain.</summary>
    public Task<IEnumerable<Role>> ListOfAsync(string userId, string scopeId, CancellationToken cancellationToken)
        => rows.ReadAsync(async db =>
        {
            await RequireBothAsync(db, userId, scopeId);
            return await db.QueryAsync<Role>(
                "SELECT r.* FROM roles r JOIN role_assignments a ON r.id = a.role_id WHERE a.user_id = @userId "
                    + "AND a.scope_id = @scopeId ORDER BY r.name",
                new { userId, scopeId });
        }, cancellationToken);

    public Task<bool> HasAsync(RoleAssignment assignment, CancellationToken cancellationToken)
        => rows.ReadAsync(async db =>
        {
            await RequireAllAsync(db, assignment);
            return await db.ExecuteScalarAsync<long>(
                "SELECT COUNT(*) FROM role_assignments WHERE user_id = @UserId AND scope_id = @ScopeId "
                    + "AND role_id = @RoleId", assignment) > 0;
        }, cancellationToken);

    public Task AssignAsync(RoleAssignment assignment, CancellationToken cancellationToken)
        => rows.ChangeAsync(async db =>
        {
            await RequireAllAsync(db, assignment);
            return await db.ExecuteAsync(
                Columns<RoleAssignment>.Insert("role_assignments") + " ON CONFLICT DO NOTHING", assignment);
        }, cancellationToken);

    /// <summary>
    /// Removes a role from a user. Like Keystone, also deletes the user's application credentials in that scope,
    /// since they may rely on the role.
    /// </summary>
    public Task UnassignAsync(RoleAssignment assignment, CancellationToken cancellationToken)
        => rows.ChangeAsync(async db =>
        {
            await RequireAllAsync(db, assignment);
            if (await db.ExecuteAsync(
                "DELETE FROM role_assignments WHERE user_id = @UserId AND scope_id = @ScopeId AND role_id = @RoleId",
                assignment) == 0)
                throw NotAssigned(assignment);
            return await CredentialRows.DeleteAsync(db, "user_id = @UserId AND project_id = @ScopeId", assignment);
        }, cancellationToken);

    public static Fault NotAssigned(RoleAssignment assignment) => Fault.NotFound(
        $"Could not find role assignment with role: {assignment.RoleId}, user or group: {assignment.UserId}, project, "
            + $"domain, or system: {assignment.ScopeId}.");

    private static Task<Role?> FindAsync(DbConnection db, string id)
        => db.QuerySingleOrDefaultAsync<Role>("SELECT * FROM roles WHERE id = @id", new { id });

    private static async Task RequireAllAsync(DbConnection db, RoleAssignment assignment)
    {
        _ = await FindAsync(db, assignment.RoleId) ?? throw Refusal.NotFound("role", assignment.RoleId);
        await RequireBothAsync(db, assignment.UserId, assignment.ScopeId);
    }

    private static async Task RequireBothAsync(DbConnection db, string userId, string scopeId)
    {
        if (await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM users WHERE id = @userId", new { userId }) == 0)
            throw Refusal.NotFound("user", userId);
        if (scopeId != Domain.Id
            && await db.ExecuteScalarAsync<long>(
                "SELECT COUNT(*) FROM projects WHERE id = @scopeId", new { scopeId }) == 0)
            throw Refusal.NotFound("project", scopeId);
    }

    private static async Task RequireNameAsync(DbConnection db, Role role)
    {
        if (await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM roles WHERE name = @Name AND id <> @Id", role) > 0)
            throw Refusal.Conflict("role", $"Duplicate entry found with name {role.Name}");
    }
}

/// <summary>An assignment with the names of user, role and, if its scope is one, project.</summary>
internal sealed record NamedAssignment
{
    public required string UserId { get; init; }

    public required string UserName { get; init; }

    public required string ScopeId { get; init; }

    public string? ProjectName { get; init; }

    public required string RoleId { get; init; }

    public required string RoleName { get; init; }

    /// <summary>The role that implies this one; null if this one is itself assigned.</summary>
    public string? PriorRoleId { get; init; }
}
