using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// A commit whose answer may get lost. PostgreSQL can tell by a transaction's number whether it was committed
/// (pg_xact_status), so nothing is written twice.
/// </summary>
internal sealed class PostgresCommit
{
    /// <summary>The number of a transaction, as an expression of its statements.</summary>
    public const string Number = "pg_current_xact_id()::text";

    private const string AskNumber = $"SELECT {Number}";

    /// <summary>
    /// A transaction's snapshot is taken by its first query, and locking a table is not a query. So the transaction
    /// sees what the one before it wrote.
    /// </summary>
    private const string WaitForTurn = "LOCK TABLE alone IN EXCLUSIVE MODE";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.25);
    private readonly string number;

    private PostgresCommit(string number) => this.number = number;

    /// <summary>Records the number of a transaction that has done nothing yet.</summary>
    /// <param name="connection">The transaction's connection.</param>
    /// <param name="alone">Whether to wait first until no other such transaction runs.</param>
    public static async Task<PostgresCommit> BeginAsync(NpgsqlConnection connection, bool alone)
    {
        await using var command = new NpgsqlCommand(alone ? $"{WaitForTurn}; {AskNumber}" : AskNumber, connection);
        return new PostgresCommit((string)(await command.ExecuteScalarAsync())!);
    }

    /// <summary>Records the number that a statement has as its last column.</summary>
    public static PostgresCommit Of(DbDataReader row) => new(row.GetString(row.FieldCount - 1));

    /// <summary>Asks until the server gives an answer, even while it restarts.</summary>
    /// <exception cref="StorageException">The server gave no answer within half a minute.</exception>
    public async Task<bool> HasTakenPlaceAsync(NpgsqlDataSource source)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var command = source.CreateCommand(
                    string.Create(CultureInfo.InvariantCulture, $"SELECT pg_xact_status('{number}'::xid8)"));
                if (await command.ExecuteScalarAsync() is string status and not "in progress")
                    return status == "committed";
            }
            catch (NpgsqlException e) when (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new StorageException(
                    "The store went away in the middle of a commit; whether it took place is not known.", e)
                {
                    IsUndecided = true,
                };
            }
            catch (NpgsqlException)
            {
                // The server is not back yet.
            }
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new StorageException("The store does not end a commit; whether it takes place is not known.")
                {
                    IsUndecided = true,
                };
            await Task.Delay(Pause);
        }
    }
}
