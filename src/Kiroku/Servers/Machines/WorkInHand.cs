namespace Kiroku.Servers.Machines;

/// <summary>What this process does for servers at this moment; it does not end before that has.</summary>
internal sealed class WorkInHand
{
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];

    /// <summary>Has the service wait for this before it stops.</summary>
    public void Watch(Task work)
    {
        lock (gate)
            running.Add(work);
        work.ContinueWith(ended =>
        {
            lock (gate)
                running.Remove(ended);
        }, TaskScheduler.Default);
    }

    public IReadOnlyList<Task> List()
    {
        lock (gate)
            return [.. running.Where(work => !work.IsCompleted)];
    }
}
