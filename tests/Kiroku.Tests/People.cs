using Dapper;
using Kiroku.Storage;

namespace Kiroku.Tests;

/// <summary>Further users, added as rows. Each has demo's password.</summary>
internal static class People
{
    public static async Task<TestUser> AddAsync(TestApp app, string name, string project, params string[] roles)
    {
        await app.Services.GetRequiredService<IDatabase>().WriteAsync(async db =>
        {
            await db.ExecuteAsync(
                """
                INSERT INTO projects (id, name, valid_after) SELECT @id, @project, valid_after FROM projects WHERE name = 'demo'
                ON CONFLICT (name) DO NOTHING
                """, new { id = Guid.NewGuid().ToString("N"), project });
            await db.ExecuteAsync(
                "INSERT INTO users (id, name, password_hash, valid_after) SELECT @id, @name, password_hash, "
                    + "valid_after FROM users WHERE name = 'demo'",
                new { id = Guid.NewGuid().ToString("N"), name });
            var held = roles.Select(role => new { id = Guid.NewGuid().ToString("N"), name, project, role }).ToArray();
            await db.ExecuteAsync(
                "INSERT INTO roles (id, name) VALUES (@id, @role) ON CONFLICT (name) DO NOTHING", held);
            return await db.ExecuteAsync(
                """
                INSERT INTO role_assignments (user_id, scope_id, role_id)
                SELECT u.id, p.id, r.id FROM users u, projects p, roles r WHERE u.name = @name AND p.name = @project AND r.name = @role
                """, held);
        }, TestContext.Current.CancellationToken);
        return await app.SignInAsync(name, project);
    }

    /// <summary>Gives a user a role in one more project, which is made if it is not there.</summary>
    public static Task AlsoInAsync(TestApp app, string name, string project, string role)
        => app.Services.GetRequiredService<IDatabase>().WriteAsync(async db =>
        {
            var values = new { id = Guid.NewGuid().ToString("N"), name, project, role };
            await db.ExecuteAsync(
                """
                INSERT INTO projects (id, name, valid_after) SELECT @id, @project, valid_after FROM projects WHERE name = 'demo'
                ON CONFLICT (name) DO NOTHING
                """, values);
            return await db.ExecuteAsync(
                """
                INSERT INTO role_assignments (user_id, scope_id, role_id)
                SELECT u.id, p.id, r.id FROM users u, projects p, roles r WHERE u.name = @name AND p.name = @project AND r.name = @role
                """, values);
        }, TestContext.Current.CancellationToken);
}
