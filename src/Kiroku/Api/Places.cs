namespace Kiroku.Api;

/// <summary>
/// What this node does for many callers at a time, such as sending exports: so much for all of them, and so much for
/// each, so that nobody takes the room of all others. Who has too much is told that first.
/// </summary>
/// <param name="most">How many places there are.</param>
/// <param name="mostOfOne">How many of these one may have.</param>
/// <typeparam name="TOwner">Who counts as one.</typeparam>
internal abstract class Places<TOwner>(int most, int mostOfOne)
    where TOwner : notnull
{
    private readonly Lock changing = new();
    private readonly Dictionary<TOwner, int> taken = [];
    private int all;

    public int Count => Volatile.Read(ref all);

    /// <summary>Seconds after which to try again.</summary>
    protected abstract int RetryAfter { get; }

    /// <summary>What is said when all places are taken.</summary>
    protected abstract string AllTaken { get; }

    /// <returns>Gives the place back when it is disposed of.</returns>
    /// <exception cref="Fault">429: the owner has as many as one may have; 503: all are taken.</exception>
    public IDisposable Take(TOwner owner)
    {
        lock (changing)
        {
            var own = taken.GetValueOrDefault(owner);
            if (own >= mostOfOne)
                throw new Fault(StatusCodes.Status429TooManyRequests, OwnTaken(own)) { RetryAfter = RetryAfter };
            if (all >= most)
                throw Fault.Unavailable(AllTaken, RetryAfter);
            taken[owner] = own + 1;
            all++;
        }
        Changed(1);
        return new Place(this, owner);
    }

    /// <summary>What is said to who has so many places.</summary>
    protected abstract string OwnTaken(int own);

    /// <summary>Is told of each place that is taken, and of each that is given back (-1).</summary>
    protected virtual void Changed(int by)
    {
    }

    private void GiveBack(TOwner owner)
    {
        lock (changing)
        {
            all--;
            if (--taken[owner] == 0)
                taken.Remove(owner);
        }
        Changed(-1);
    }

    private sealed class Place(Places<TOwner> places, TOwner owner) : IDisposable
    {
        public void Dispose() => places.GiveBack(owner);
    }
}
