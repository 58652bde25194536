namespace Kiroku.Storage;

/// <summary>
/// Joins simultaneous look-ups of single rows into few reads of many. Nobody gets data that was read before they
/// asked: keys that come while reads are under way wait for a next one. A read that fails fails for its callers alone,
/// and whoever gives up leaves it to the others.
/// </summary>
/// <param name="read">Reads what the keys have, each of which it gets once. A key that has nothing is left out.</param>
/// <param name="mostKeys">The most keys of a read.</param>
/// <param name="mostReads">The most reads at a time.</param>
internal sealed class JoinedLookups<TKey, TFound>(
    Func<IReadOnlyCollection<TKey>, Task<IReadOnlyDictionary<TKey, TFound>>> read, int mostKeys, int mostReads)
    where TKey : notnull
{
    private readonly Lock gate = new();

    /// <summary>Reads that have not begun, in their order. All but the last are full.</summary>
    private readonly LinkedList<Batch> waiting = [];

    private int underWay;

    /// <summary>Whether the last read had several callers, so that more are likely to come at any moment.</summary>
    private bool isBusy;

    /// <summary>What the key has; the default if it has nothing.</summary>
    public async Task<TFound?> FindAsync(TKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (joined, begins, waits) = Join(key);
        if (begins)
            Begin(waits);
        var found = await joined.Found.Task.WaitAsync(cancellationToken);
        // One caller goes on where the read ended, and several side by side.
        if (joined.Callers > 1)
            await Task.Yield();
        return found.GetValueOrDefault(key);
    }

    private (Batch Joined, bool Begins, bool Waits) Join(TKey key)
    {
        lock (gate)
        {
            if (waiting.Last?.Value is not { } joined || !joined.Takes(key, mostKeys))
                waiting.AddLast(joined = new Batch(key));
            var begins = underWay < mostReads;
            if (begins)
                underWay++;
            return (joined, begins, isBusy);
        }
    }

    /// <summary>The reads after the first are others', so they have nothing of this caller's context.</summary>
    private void Begin(bool waits)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            _ = RunAsync(waits);
            return;
        }
        using (ExecutionContext.SuppressFlow())
            _ = RunAsync(waits);
    }

    private async Task RunAsync(bool waits)
    {
        // Lets requests that are about to ask come along.
        if (waits)
            await Task.Yield();
        if (Next() is not { } batch)
            return;
        IReadOnlyDictionary<TKey, TFound> found;
        try
        {
            found = await read(batch.Keys);
        }
        catch (Exception e)
        {
            GoOn();
            batch.Found.SetException(e);
            // Perhaps every caller has given up.
            _ = batch.Found.Task.Exception;
            return;
        }
        GoOn();
        batch.Found.SetResult(found);
    }

    private Batch? Next()
    {
        lock (gate)
        {
            if (waiting.First?.Value is not { } next)
            {
                underWay--;
                return null;
            }
            waiting.RemoveFirst();
            isBusy = next.Callers > 1;
            return next;
        }
    }

    /// <summary>The next read begins before those go on for whom this one was.</summary>
    private void GoOn()
    {
        bool waits;
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                underWay--;
                return;
            }
            waits = isBusy;
        }
        _ = RunAsync(waits);
    }

    private sealed class Batch(TKey first)
    {
        private readonly HashSet<TKey> keys = [first];

        public IReadOnlyCollection<TKey> Keys => keys;

        public int Callers { get; private set; } = 1;

        public TaskCompletionSource<IReadOnlyDictionary<TKey, TFound>> Found { get; } = new();

        /// <summary>Takes the key along, unless it would be one too many.</summary>
        public bool Takes(TKey key, int most)
        {
            if (keys.Count == most && !keys.Contains(key))
                return false;
            keys.Add(key);
            Callers++;
            return true;
        }
    }
}
