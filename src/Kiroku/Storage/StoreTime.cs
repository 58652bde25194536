namespace Kiroku.Storage;

/// <summary>
/// The common clock of all processes that share a store, however much their own clocks differ: the system's clock,
/// corrected to the database server's. Durations and timers remain the system's.
/// </summary>
internal sealed class StoreTime(TimeProvider system) : TimeProvider
{
    /// <summary>The clock never goes back by less than this; it stands still instead.</summary>
    private static readonly long LongestStand = TimeSpan.FromSeconds(1).Ticks;

    private long offset;
    private long newest;

    /// <summary>The correction that is added to the system's clock.</summary>
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
    /// Asks the server for its time. The answer is from some moment between question and arrival, so the offset is
    /// changed only if it lies outside that range.
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
