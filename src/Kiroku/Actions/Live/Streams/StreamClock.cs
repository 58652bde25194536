namespace Kiroku.Actions.Live.Streams;

/// <summary>Says when a stream's next bookmark is due.</summary>
internal sealed class StreamClock(TimeProvider time, TimeSpan interval)
{
    private long last = time.GetTimestamp();

    public bool IsDue => Left <= TimeSpan.Zero;

    private TimeSpan Left => interval - time.GetElapsedTime(last);

    public void Restart() => last = time.GetTimestamp();

    /// <summary>Returns once something has changed, or the bookmark is due.</summary>
    public async Task WaitAsync(Task changed, CancellationToken cancellationToken)
    {
        if (Left is not { Ticks: > 0 } left)
            return;
        try
        {
            await changed.WaitAsync(left, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The bookmark is due.
        }
    }
}
