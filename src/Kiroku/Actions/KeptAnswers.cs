using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions;

/// <summary>An answer and the key to keep it under; without a key the answer is not kept.</summary>
internal sealed record Keeping(IdempotencyKey? Key, Answer Answer);

/// <summary>
/// The answers that are kept under an <see cref="IdempotencyKey"/>. Each is written in the transaction that accepts its
/// request, and the store takes one for each key. So of any number of requests with the same key, at once or after a
/// crash, one is carried out.
/// </summary>
internal sealed class KeptAnswers(IDatabase database, IOptions<IdempotencyOptions> options, TimeProvider time)
{
    private const string OfKey = "user_id = @UserId AND project_id = @ProjectId AND idempotency_key = @Key";

    /// <summary>The answer kept under the key; null if there is none.</summary>
    /// <exception cref="Fault">422: the key was used for another request.</exception>
    public async Task<Answer?> FindAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        var row = await database.ReadOneAsync(connection => connection.QueryFirstOrDefaultAsync<Row>(
            $"""
            SELECT request_hash, request_id, status, location, body FROM kept_answers
            WHERE {OfKey} AND expires_at > @now
            """,
            new { key.UserId, key.ProjectId, key.Key, now }), cancellationToken);
        if (row is null)
            return null;
        if (row.RequestHash != key.RequestHash)
            throw new Fault(
                422,
                $"This {IdempotencyKey.Header} was used for another request: one with another method, address or "
                    + "body.");
        return new Answer(row.RequestId, row.Status, row.Location, row.Body) { IsRecorded = true };
    }

    /// <summary>Keeps the answer, if its request has a key, in the caller's transaction.</summary>
    /// <exception cref="Fault">409: an answer has been kept under the key meanwhile. The caller's transaction must be
    /// rolled back.</exception>
    public async Task InsertAsync(DbConnection connection, Keeping keeping)
    {
        if (keeping is not ({ } key, var answer))
            return;
        var now = time.UtcNow();
        var row = new
        {
            key.UserId,
            key.ProjectId,
            key.Key,
            key.RequestHash,
            answer.RequestId,
            answer.Status,
            answer.Location,
            answer.Body,
            ExpiresAt = now + options.Value.Lifetime,
            now,
        };
        await connection.ExecuteAsync($"DELETE FROM kept_answers WHERE {OfKey} AND expires_at <= @now", row);
        var kept = await connection.ExecuteAsync(
            """
            INSERT INTO kept_answers (
                user_id, project_id, idempotency_key, request_hash, request_id, status, location, body, expires_at)
            VALUES (@UserId, @ProjectId, @Key, @RequestHash, @RequestId, @Status, @Location, @Body, @ExpiresAt)
            ON CONFLICT DO NOTHING
            """, row);
        if (kept == 0)
            throw new Fault(409, $"Another request with this {IdempotencyKey.Header} has just been accepted.")
            {
                RetryAfter = 1,
            };
    }

    /// <summary>Deletes at most that many expired answers.</summary>
    /// <returns>The number of deleted answers.</returns>
    public async Task<int> TrimAsync(int most, CancellationToken cancellationToken)
    {
        var over = new { now = time.UtcNow(), most };
        var ids = await database.ReadAsync(connection => connection.QueryAsync<long>(
            "SELECT id FROM kept_answers WHERE expires_at <= @now ORDER BY expires_at LIMIT @most", over),
            cancellationToken);
        var found = ids.AsList();
        if (found.Count == 0)
            return 0;
        return await database.WriteAsync(
            connection => connection.ExecuteAsync($"DELETE FROM kept_answers WHERE id IN {SqlList.Of(found)}"),
            cancellationToken);
    }

    private sealed record Row
    {
        public required string RequestHash { get; init; }
        public required string RequestId { get; init; }
        public int Status { get; init; }
        public string? Location { get; init; }
        public string? Body { get; init; }
    }
}
