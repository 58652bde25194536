namespace Kiroku.Storage;

/// <summary>
/// A read that many ask for at once and that is made for all of them together. Nobody gets what was read before they
/// asked: whoever comes while one is under way waits for the next.
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
