namespace Kiroku.Tests.Servers.ManyHosts;

/// <summary>
/// The moments of an action over all nodes: before and after each hypervisor call and each write; see ADR 12.
/// </summary>
internal sealed class HostPoints
{
    private readonly List<string> passed = [];
    private readonly TaskCompletionSource<string> reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HostsCloud cloud;
    private readonly int until;

    private HostPoints(HostsCloud cloud, int until) => (this.cloud, this.until) = (cloud, until);

    public IReadOnlyList<string> Passed
    {
        get
        {
            lock (passed)
                return [.. passed];
        }
    }

    /// <summary>Kills the node at the moment of that number, counted from now on. The other nodes go on.</summary>
    public static HostPoints KillAt(HostsCloud cloud, int number)
    {
        var points = new HostPoints(cloud, number);
        foreach (var node in cloud.Nodes)
        {
            node.Hypervisor.Before = operation => points.PassAsync(node.Name, $"before {operation}");
            node.Hypervisor.After = operation => points.PassAsync(node.Name, $"after {operation}");
            node.Database.Around = moment => points.PassAsync(node.Name, moment);
        }
        return points;
    }

    /// <summary>Stops counting, except on dead nodes.</summary>
    public static void Clear(HostsCloud cloud)
    {
        foreach (var node in cloud.Nodes.Where(node => !node.IsDead))
        {
            node.Hypervisor.Before = node.Hypervisor.After = _ => Task.CompletedTask;
            node.Database.Around = _ => Task.CompletedTask;
        }
    }

    /// <summary>The node that was killed; null if the action ended before.</summary>
    public async Task<string?> ReachedOrAsync(Task ended)
    {
        var first = await Task.WhenAny(reached.Task, ended);
        if (first == reached.Task)
            return await reached.Task;
        await ended;
        return reached.Task.IsCompleted ? await reached.Task : null;
    }

    private Task PassAsync(string node, string point)
    {
        lock (passed)
        {
            if (passed.Count >= until)
                return Task.CompletedTask;
            passed.Add($"{node} {point}");
            if (passed.Count < until)
                return Task.CompletedTask;
            var thawed = cloud.Freeze(node);
            reached.TrySetResult(node);
            return thawed;
        }
    }
}
