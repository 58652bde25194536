using System.Data.Common;
using Dapper;
using Kiroku.Access;
using Kiroku.Storage;

namespace Kiroku.Identity.Accounts;

/// <summary>Users in rows.</summary>
internal sealed class UserStore(IdentityRows rows, TimeProvider time) : IUserNames
{
    public Task<User?> FindAsync(string id, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db => FindAsync(db, id), cancellationToken);

    public async Task<IReadOnlyDictionary<string, string>> FindNamesAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return new Dictionary<string, string>();
        var values = new DynamicParameters();
        foreach (var (place, id) in ids.Index())
            values.Add($"id{place}", id);
        var names = string.Join(", ", values.ParameterNames.Select(name => $"@{name}"));
        var found = await rows.ReadOneAsync(db => db.QueryAsync<(string Id, string Name)>(
            $"SELECT id, name FROM users WHERE id IN ({names})", values), cancellationToken);
        return found.ToDictionary(user => user.Id, user => user.Name);
    }

    public Task<User?> FindByNameAsync(string name, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db =>
            db.QuerySingleOrDefaultAsync<User>("SELECT * FROM users WHERE name = @name", new { name }),
            cancellationToken);

    public Task<IEnumerable<User>> ListAsync(string? name, CancellationToken cancellationToken)
        => rows.ReadOneAsync(db =>
            db.QueryAsync<User>("SELECT * FROM users WHERE @name IS NULL OR name = @name ORDER BY name", new { name }),
            cancellationToken);

    public Task<User> AddAsync(User user, CancellationToken cancellationToken) => rows.ChangeAsync(async db =>
    {
        await RequireNameAsync(db, user, $"Duplicate entry found with name {user.Name} at domain ID {Domain.Id}");
        await db.ExecuteAsync(Columns<User>.Insert("users"), user);
        return user;
    }, cancellationToken);

    /// <summary>
    /// Applies a change to the present row of a user. A new password, or disabling the user, invalidates the user's
    /// tokens permanently.
    /// </summary>
    public Task<User> ChangeAsync(string id, Func<User, User> change, CancellationToken cancellationToken)
        => rows.ChangeAsync(async db =>
        {
            var before = await FindAsync(db, id) ?? throw Refusal.NotFound("user", id);
            var after = change(before);
            await RequireNameAsync(db, after, $"Duplicate entry found with name {after.Name}");
            if (!after.Enabled || after.PasswordHash != before.PasswordHash)
                after = after with { ValidAfter = Later(before.ValidAfter) };
            await db.ExecuteAsync(
                $"UPDATE users SET {Columns<User>.Assignments(nameof(User.Id))} WHERE id = @Id", after);
            return after;
        }, cancellationToken);

    /// <summary>Deletes a user with all role assignments and application credentials.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken) => rows.ChangeAsync(async db =>
    {
        await CredentialRows.DeleteAsync(db, "user_id = @id", new { id });
        await db.ExecuteAsync(
            "DELETE FROM role_assignments WHERE user_id = @id; DELETE FROM known_addresses WHERE user_id = @id",
            new { id });
        return await db.ExecuteAsync("DELETE FROM users WHERE id = @id", new { id }) > 0
            ? id
            : throw Refusal.NotFound("user", id);
    }, cancellationToken);

    private static Task<User?> FindAsync(DbConnection db, string id)
        => db.QuerySingleOrDefaultAsync<User>("SELECT * FROM users WHERE id = @id", new { id });

    private static async Task RequireNameAsync(DbConnection db, User user, string details)
    {
        if (await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM users WHERE name = @Name AND id <> @Id", user) > 0)
            throw Refusal.Conflict("user", details);
    }

    /// <summary>The present time, or a later one if the clock is behind the old stamp: an unchanged stamp would
    /// invalidate nothing.</summary>
    private DateTime Later(DateTime before)
        => time.UtcNow() is var now && now > before ? now : before.AddMicroseconds(1);
}
