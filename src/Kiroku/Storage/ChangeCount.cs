namespace Kiroku.Storage;

/// <summary>
/// Counts this process's changes to something in the store. A change counts from before it becomes visible until
/// after. So data that was read at a count is up to date while the count stays the same.
/// </summary>
internal struct ChangeCount
{
    private long begun;
    private long ended;

    /// <summary>The number of changes so far; null while one is in progress.</summary>
    public readonly long? Value
    {
        get
        {
            // Read in this order, so that a change that begins in between is noticed.
            var before = Volatile.Read(in ended);
            return Volatile.Read(in begun) == before ? before : null;
        }
    }

    public void Begin() => Interlocked.Increment(ref begun);

    public void End() => Interlocked.Increment(ref ended);
}
