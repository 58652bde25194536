namespace Kiroku.Hypervisors.Libvirt.Jobs;

/// <summary>The waiting lines of machines and volumes: a job that has a machine's place works on it alone.</summary>
internal sealed class Places
{
    private readonly Dictionary<string, Place> places = [];

    /// <summary>
    /// Waits for all of these places, in one order for everybody so that no two jobs wait for each other.
    /// </summary>
    public async Task<IDisposable> EnterAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var held = new Held();
        try
        {
            foreach (var name in names.Distinct().Order(StringComparer.Ordinal))
                held.Add(await EnterAsync(name, cancellationToken));
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private async Task<Action> EnterAsync(string name, CancellationToken cancellationToken)
    {
        Place? place;
        lock (places)
        {
            if (!places.TryGetValue(name, out place))
                places[name] = place = new Place();
            place.Users++;
        }
        try
        {
            await place.Turn.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(name, place);
            throw;
        }
        return () =>
        {
            place.Turn.Release();
            Leave(name, place);
        };
    }

    private void Leave(string name, Place place)
    {
        lock (places)
        {
            if (--place.Users == 0)
                places.Remove(name);
        }
    }

    private sealed class Place
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Held : IDisposable
    {
        private readonly Stack<Action> leave = new();

        public void Add(Action action) => leave.Push(action);

        public void Dispose()
        {
            while (leave.TryPop(out var action))
                action();
        }
    }
}
