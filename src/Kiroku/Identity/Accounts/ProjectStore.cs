using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Identity.Accounts;

/// <summary>Projects in rows, with Keystone's rules for their hierarchy.</summary>
internal sealed class ProjectStore(IdentityRows rows, TimeProvider time)
{
    /// <summary>The most levels of projects, including the topmost (Keystone's max_project_tree_depth).</summary>
    private const int MostLevels = 5;

    public Task<Project?> FindAsync(string id, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db => FindAsync(db, id), cancellationToken);

    public Task<Project?> FindByNameAsync(string name, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db =>
            db.QuerySingleOrDefaultAsync<Project>("SELECT * FROM projects WHERE name = @name", new { name }),
            cancellationToken);

    public Task<IEnumerable<Project>> ListAsync(string? name, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db =>
            db.QueryAsync<Project>("SELECT * FROM projects WHERE @name IS NULL OR name = @name ORDER BY name",
                new { name }), cancellationToken);

    /// <summary>The projects in which the user holds a role.</summary>
    public Task<IEnumerable<Project>> ListOfUserAsync(string userId, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db => db.QueryAsync<Project>(
            "SELECT * FROM projects WHERE id IN (SELECT scope_id FROM role_assignments WHERE user_id = @userId) "
                + "ORDER BY name",
            new { userId }), cancellationToken);

    public Task<Project> AddAsync(Project project, CancellationToken cancellationToken) => rows.ChangeAsync(async db =>
    {
        await RequireNameAsync(db, project,
            id => $"it is not permitted to have two projects with either the same name or same id in the same "
            + $"domain: name is {project.Name}, project id {id}");
        await RequireParentsAsync(db, project);
        await db.ExecuteAsync(Columns<Project>.Insert("projects"), project);
        return project;
    }, cancellationToken);

    /// <summary>Applies a change to the present row of a project.</summary>
    public Task<Project> ChangeAsync(string id, Func<Project, Project> change, CancellationToken cancellationToken)
        => rows.ChangeAsync(async db =>
        {
            var before = await FindAsync(db, id) ?? throw Refusal.NotFound("project", id);
            var after = change(before);
            await RequireNameAsync(
                db, after, _ => $"Duplicate entry found with name {after.Name} at domain ID {Domain.Id}");
            if (before.Enabled != after.Enabled)
                await RequireFamilyAsync(db, after);
            if (!after.Enabled)
                after = after with { ValidAfter = Later(before.ValidAfter) };
            var assignments = Columns<Project>.Assignments(nameof(Project.Id), nameof(Project.ParentId));
            await db.ExecuteAsync($"UPDATE projects SET {assignments} WHERE id = @Id", after);
            return after;
        }, cancellationToken);

    /// <summary>
    /// Deletes a project and all role assignments in it. As in Keystone, the servers and images that it owns remain,
    /// and only administrators can reach them.
    /// </summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken) => rows.ChangeAsync(async db =>
    {
        var project = await FindAsync(db, id) ?? throw Refusal.NotFound("project", id);
        if (project.Immutable)
            throw Refusal.Immutable("delete", "project", id);
        if ((await ChildrenAsync(db, id)).Any())
            throw Refusal.NotAllowed(
                $"Cannot delete the project {id} since it is not a leaf in the hierarchy. "
                    + "Use the cascade option if you want to delete a whole subtree.");
        await CredentialRows.DeleteAsync(db, "project_id = @id", new { id });
        await db.ExecuteAsync("DELETE FROM role_assignments WHERE scope_id = @id", new { id });
        await db.ExecuteAsync("UPDATE users SET default_project_id = NULL WHERE default_project_id = @id", new { id });
        return await db.ExecuteAsync("DELETE FROM projects WHERE id = @id", new { id });
    }, cancellationToken);

    private static Task<Project?> FindAsync(DbConnection db, string? id)
        => db.QuerySingleOrDefaultAsync<Project>("SELECT * FROM projects WHERE id = @id", new { id });

    private static Task<IEnumerable<Project>> ChildrenAsync(DbConnection db, string id)
        => db.QueryAsync<Project>("SELECT * FROM projects WHERE parent_id = @id", new { id });

    private static async Task RequireNameAsync(DbConnection db, Project project, Func<string, string> details)
    {
        if (await db.ExecuteScalarAsync<string>(
            "SELECT id FROM projects WHERE name = @Name AND id <> @Id", project) is { } other)
            throw Refusal.Conflict("project", details(other));
    }

    private static async Task RequireParentsAsync(DbConnection db, Project project)
    {
        var levels = 1;
        for (var id = project.ParentId; id is not null; levels++)
        {
            var parent = await FindAsync(db, id) ?? throw Fault.BadRequest($"Could not find project: {id}.");
            if (!parent.Enabled)
                throw Refusal.NotAllowed($"Cannot create project in a branch containing a disabled project: {id}");
            if (levels == MostLevels)
                throw Refusal.NotAllowed($"Max hierarchy depth reached for {project.ParentId} branch.");
            id = parent.ParentId;
        }
    }

    /// <summary>No enabled project may be below a disabled one. Checking one level is enough, because the rule held
    /// before the change.</summary>
    private static async Task RequireFamilyAsync(DbConnection db, Project project)
    {
        if (!project.Enabled && (await ChildrenAsync(db, project.Id)).Any(child => child.Enabled))
            throw Refusal.NotAllowed(
                $"Cannot disable project {project.Id} since its subtree contains enabled projects.");
        if (project.Enabled && await FindAsync(db, project.ParentId) is { Enabled: false })
            throw Refusal.NotAllowed($"Cannot enable project {project.Id} since it has disabled parents");
    }

    private DateTime Later(DateTime before)
        => time.UtcNow() is var now && now > before ? now : before.AddMicroseconds(1);
}
