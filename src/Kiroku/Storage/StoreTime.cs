namespace Kiroku.Storage;

/// <summary>
/// The clock that all who share a store go by, however far apart their own are: the system's, corrected by what the
/// store's server says the time is. Durations and timers stay the system's.
/// </summary>
internal sealed class StoreTime(TimeProvider system) : TimeProvider
{
    /// <summary>Rather than go back it stands still, where that is short.</summary>
    private static readonly long LongestStand = TimeSpan.FromSeconds(1).Ticks;

    private long offset;
    private long newest;

    /// <summary>What has to be added to the system's clock.</summary>
    public TimeSpan Offset => TimeSpan.FromTicks(Volatile.Read(ref offset));

    public override TimeZoneInfo LocalTimeZone => system.LocalTimeZone;

    public override long TimestampFrequency => system.TimestampFrequency;

    public override long GetTimestamp() => system.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => system.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        while (true)
        {
            var last = Volatile.Read(ref newest);
            var now = system.GetUtcNow().UtcTicks + Volatile.Read(ref offset);
            if (now <= last && last - now < LongestStand)
                return new DateTimeOffset(last, TimeSpan.Zero);
            if (Interlocked.CompareExchange(ref newest, now, last) == last)
                return new DateTimeOffset(now, TimeSpan.Zero);
        }
    }

    /// <summary>
    /// Asks the server for its time, and takes that unless the present offset may be right as well: the answer is of
    /// some moment between the question and its arrival.
    /// </summary>
    public async Task MeasureAsync(Func<Task<DateTime>> ask)
    {
        var began = system.GetTimestamp();
        var theirs = await ask();
        var took = system.GetElapsedTime(began);
        var least = theirs - system.GetUtcNow().UtcDateTime;
        if (Offset < least || Offset > least + took)
            Volatile.Write(ref offset, (least + (took / 2)).Ticks);
    }
}
