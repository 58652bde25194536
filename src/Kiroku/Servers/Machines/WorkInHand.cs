namespace Kiroku.Servers.Machines;

/// <summary>The work that this process does for servers at this moment. The process does not end before it.</summary>
internal sealed class WorkInHand
{
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];

    /// <summary>Makes the service wait for this work before it stops.</summary>
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
