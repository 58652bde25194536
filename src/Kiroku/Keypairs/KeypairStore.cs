using Dapper;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Keypairs;

/// <summary>Each user's key pairs, in rows by name.</summary>
internal sealed class KeypairStore(IDatabase database)
{
    public Task<Keypair?> FindAsync(string userId, string name, CancellationToken cancellationToken)
        => database.ReadOneAsync(db => db.QuerySingleOrDefaultAsync<Keypair>(
            "SELECT * FROM keypairs WHERE user_id = @userId AND name = @name", new { userId, name }),
                cancellationToken);

    /// <summary>A page of the user's key pairs, by name, beginning after a given one.</summary>
    public async Task<IReadOnlyList<Keypair>> ListAsync(
        string userId, string? after, int limit, CancellationToken cancellationToken)
        => [.. await database.ReadOneAsync(db => db.QueryAsync<Keypair>(
            "SELECT * FROM keypairs WHERE user_id = @userId AND (@after IS NULL OR name > @after) ORDER BY name LIMIT "
                + "@limit",
            new { userId, after, limit }), cancellationToken)];

    public Task<int> CountAsync(string userId, CancellationToken cancellationToken)
        => database.ReadOneAsync(
            db => db.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM keypairs WHERE user_id = @userId", new { userId }),
            cancellationToken);

    /// <exception cref="Fault">403 if the user has as many as allowed, 409 if the name is taken.</exception>
    public Task InsertAsync(Keypair keypair, long allowed, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async db =>
        {
            if (await db.ExecuteScalarAsync<int>(
                "SELECT COUNT(*) FROM keypairs WHERE user_id = @UserId", keypair) >= allowed)
                throw TooMany();
            return await db.ExecuteAsync(
                Columns<Keypair>.Insert("keypairs", nameof(Keypair.Id)) + " ON CONFLICT (user_id, name) DO NOTHING",
                keypair) == 1 ? true : throw Fault.Conflict($"Key pair '{keypair.Name}' already exists.");
        }, cancellationToken);

    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(string userId, string name, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync(
            "DELETE FROM keypairs WHERE user_id = @userId AND name = @name", new { userId, name }),
                cancellationToken) > 0;

    public static Fault TooMany() => new(403, "Quota exceeded, too many key pairs.");
}
