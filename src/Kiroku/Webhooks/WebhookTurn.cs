using Dapper;
using Kiroku.Storage;

namespace Kiroku.Webhooks;

/// <summary>
/// Decides which of the processes that share a store makes events and sends them: the one that holds the turn in the
/// store, which lasts for seconds unless it is taken again. So a process that was killed or stands still is followed by
/// another one soon. What a process writes whose turn has ended meanwhile is refused by the store.
/// </summary>
internal sealed class WebhookTurn(IDatabase database, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often a process that has no turn asks for it, and one that has it looks for what others left.
    /// </summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Renewing = Lasting / 2;

    private readonly SemaphoreSlim one = new(1);
    private DateTime heldUntil = DateTime.MinValue;
    private bool isReady;

    /// <summary>The name of this process's turn: that of no other process, nor of an earlier one.</summary>
    public string Holder { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Whether others might have the turn.</summary>
    public bool IsShared => database.IsShared;

    /// <summary>Whether the store lives on its ballast: then events are made later.</summary>
    public bool IsStoreFull => database.IsDiskFull;

    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public async ValueTask<bool> HasAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (!isReady)
                await database.WriteOneAsync(
                    "INSERT INTO webhook_feed (single) VALUES (1) ON CONFLICT DO NOTHING", new { }, cancellationToken);
            isReady = true;
            return !database.IsShared || time.UtcNow() + Renewing < heldUntil || await TakeAsync(cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Lets another process have the turn at once.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (database.IsShared && heldUntil > DateTime.MinValue)
            await database.WriteOneAsync(
                "UPDATE webhook_feed SET held_until = NULL WHERE holder = @Holder", new { Holder },
                cancellationToken);
    }

    public void Dispose() => one.Dispose();

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        var values = new { Holder, Now = now, Until = now + Lasting };
        // Most processes never get it: they read only.
        var taken = await database.ReadOneAsync(
            connection => connection.ExecuteScalarAsync<long>(
                "SELECT COUNT(*) FROM webhook_feed WHERE holder <> @Holder AND held_until >= @Now", values),
            cancellationToken) == 0
            && await database.WriteOneAsync(
                """
                UPDATE webhook_feed SET holder = @Holder, held_until = @Until
                WHERE holder IS NULL OR holder = @Holder OR held_until IS NULL OR held_until < @Now
                """, values, cancellationToken) > 0;
        heldUntil = taken ? values.Until : DateTime.MinValue;
        return taken;
    }
}
