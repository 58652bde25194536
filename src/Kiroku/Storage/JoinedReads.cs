namespace Kiroku.Storage;

/// <summary>
/// Joins simultaneous reads into one. Nobody gets data that was read before they asked: callers that come during a
/// read wait for the next one.
/// </summary>
internal sealed class JoinedReads<T>(Func<Task<T>> read)
{
    private readonly Lock gate = new();
    private Task<T>? running;
    private Task<T>? next;

    public Task<T> ReadAsync()
    {
        lock (gate)
        {
            if (next is not null)
                return next;
            if (running is { IsCompleted: false })
                return next = ReadAfterAsync(running);
            return running = read();
        }
    }

    private async Task<T> ReadAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (gate)
            (running, next) = (next, null);
        return await read();
    }
}
