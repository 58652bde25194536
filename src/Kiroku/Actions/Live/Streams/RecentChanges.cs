using Kiroku.Actions.Feed;

namespace Kiroku.Actions.Live.Streams;

/// <summary>
/// The newest changes, kept once for all streams: each knows its own position, and takes what comes after it. However
/// slow a stream is, nothing is kept for it; it finds out that it must read the store.
/// </summary>
internal sealed class RecentChanges(int most)
{
    private readonly Lock changing = new();
    private readonly List<ToldPage> pages = [];
    private int count;
    private FeedPosition? dropped;
    private TaskCompletionSource changed = NewSource();
    private volatile bool isOver;

    /// <summary>Whether nothing more comes, because the store was restored or copied.</summary>
    public bool IsOver => isOver;

    /// <summary>Completes when something comes after now.</summary>
    public Task Changed
    {
        get
        {
            lock (changing)
                return changed.Task;
        }
    }

    public void Add(ToldPage page)
    {
        lock (changing)
        {
            pages.Add(page);
            count += page.Told.Count;
            while (count > most && pages.Count > 1)
                DropFirst();
            Wake();
        }
    }

    /// <summary>Notes that what comes up to a position is not here.</summary>
    public void Miss(FeedPosition position)
    {
        lock (changing)
        {
            pages.Clear();
            (count, dropped) = (0, position);
            Wake();
        }
    }

    public void End()
    {
        lock (changing)
        {
            isOver = true;
            Wake();
        }
    }

    /// <summary>Finds what comes after a position.</summary>
    /// <param name="position">A position to which everything was told.</param>
    /// <param name="next">The page that has the next change, maybe behind some that come before the position; null if
    /// there is none yet.</param>
    /// <returns>False if some of it is here no longer.</returns>
    public bool TryFind(FeedPosition position, out ToldPage? next)
    {
        lock (changing)
        {
            next = null;
            if (dropped?.IsAfter(position) == true)
                return false;
            for (var place = pages.Count - 1; place >= 0 && pages[place].Next.IsAfter(position); place--)
                next = pages[place];
            return true;
        }
    }

    private void DropFirst()
    {
        (count, dropped) = (count - pages[0].Told.Count, pages[0].Next);
        pages.RemoveAt(0);
    }

    private void Wake()
    {
        changed.SetResult();
        changed = NewSource();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
