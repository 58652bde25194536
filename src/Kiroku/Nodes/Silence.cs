namespace Kiroku.Nodes;

/// <summary>
/// Whether it says anything that nothing is heard of other nodes: not while the store is away, nor right after, because
/// then nobody could be heard.
/// </summary>
internal sealed class Silence(TimeProvider time)
{
    private long lastTrouble;
    private volatile bool troubled;

    public bool IsTelling => !troubled || time.GetElapsedTime(Volatile.Read(ref lastTrouble)) >= Node.Lifetime;

    /// <summary>Notes that this node could not be heard just now.</summary>
    public void NoteTrouble()
    {
        Volatile.Write(ref lastTrouble, time.GetTimestamp());
        troubled = true;
    }
}
