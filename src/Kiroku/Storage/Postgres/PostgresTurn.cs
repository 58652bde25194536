using Dapper;
using Npgsql;

namespace Kiroku.Storage.Postgres;

/// <summary>
/// Decides which of the processes that share a store does the work that only one of them does: the one that holds an
/// advisory lock. The lock belongs to its session, so another process can take over as soon as the server notices
/// that the session is gone.
/// </summary>
internal sealed class PostgresTurn(string connectionString) : IDisposable
{
    /// <summary>An arbitrary number for our advisory lock.</summary>
    private const long Lock = 0x4B69_726F_6B77;

    private readonly SemaphoreSlim one = new(1);
    private NpgsqlConnection? session;

    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public async Task<bool> HasAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            return await StillHasAsync(cancellationToken) || await TakeAsync(cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailures.Translate(e);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose()
    {
        session?.Dispose();
        one.Dispose();
    }

    private async Task<bool> StillHasAsync(CancellationToken cancellationToken)
    {
        if (session is null)
            return false;
        try
        {
            await session.ExecuteAsync(new CommandDefinition("SELECT 1", cancellationToken: cancellationToken));
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The lock is gone with the session, and another process may hold it by now.
            await session.DisposeAsync();
            session = null;
            return false;
        }
    }

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var asking = new NpgsqlConnection(connectionString);
        try
        {
            await asking.OpenAsync(cancellationToken);
            if (await asking.ExecuteScalarAsync<bool>("SELECT pg_try_advisory_lock(@Lock)", new { Lock }))
                session = asking;
            return session is not null;
        }
        finally
        {
            if (session is null)
                await asking.DisposeAsync();
        }
    }
}
