namespace Kiroku.Storage;

/// <summary>
/// Counts the changes that this process makes to something in the store, each from before it can be seen there until
/// after: what was read at a count is as the store has it, as long as the count is the same.
/// </summary>
internal struct ChangeCount
{
    private long begun;
    private long ended;

    /// <summary>How many changes there were; null while one is under way.</summary>
    public readonly long? Value
    {
        get
        {
            // In this order: what begins in between is seen.
            var before = Volatile.Read(in ended);
            return Volatile.Read(in begun) == before ? before : null;
        }
    }

    public void Begin() => Interlocked.Increment(ref begun);

    public void End() => Interlocked.Increment(ref ended);
}
