namespace Kiroku.Processes;

/// <summary>Wakes a loop that waits for something to do. Set many times meanwhile, it wakes the loop once.</summary>
internal sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim set = new(0, 1);

    public void Set()
    {
        try
        {
            if (set.CurrentCount == 0)
                set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else has set it in this moment.
        }
    }

    /// <summary>Returns once it is set, or at once if it was since the last call, or when the time is up.</summary>
    /// <returns>Whether it was set.</returns>
    public Task<bool> WaitAsync(TimeSpan most, CancellationToken cancellationToken)
        => set.WaitAsync(most, cancellationToken);

    public void Dispose() => set.Dispose();
}
