namespace Kiroku.Nodes;

/// <summary>
/// Judges whether the silence of other nodes means that they are gone. It means nothing while the store is away, nor
/// right after, because then no node could report.
/// </summary>
internal sealed class Silence(TimeProvider time)
{
    private long lastTrouble;
    private volatile bool troubled;

    public bool IsMeaningful => !troubled || time.GetElapsedTime(Volatile.Read(ref lastTrouble)) >= Node.Lifetime;

    /// <summary>Notes that this node could not report just now.</summary>
    public void NoteTrouble()
    {
        Volatile.Write(ref lastTrouble, time.GetTimestamp());
        troubled = true;
    }
}
