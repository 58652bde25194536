namespace Kiroku.Tests.Servers;

/// <summary>
/// The moments of an action at which something can go wrong: before and after each hypervisor call and each write to
/// the store. They are numbered from where counting begins.
/// </summary>
internal sealed class Points
{
    private readonly List<string> passed = [];
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int until = int.MaxValue;
    private Action? then;
    private TaskCompletionSource? go;

    private Points()
    {
    }

    /// <summary>The names of the moments so far.</summary>
    public IReadOnlyList<string> Passed
    {
        get
        {
            lock (passed)
                return [.. passed];
        }
    }

    /// <summary>Completes when the awaited moment is reached.</summary>
    public Task Reached => reached.Task;

    /// <summary>
    /// The moments to kill at: in the long run each of them, otherwise one in so many, beginning differently for each
    /// name.
    /// </summary>
    public static IEnumerable<int> Some(int moments, int oneIn, string name)
    {
        var stride = FullTier.IsOn ? 1 : oneIn;
        for (var moment = 1 + (name.Length % stride); moment <= moments; moment += stride)
            yield return moment;
    }

    /// <summary>Counts the moments of the cloud's service from now on.</summary>
    public static Points Count(Cloud cloud)
    {
        var points = new Points();
        cloud.Hypervisor.Before = operation => points.PassAsync($"before {operation}");
        cloud.Hypervisor.After = operation => points.PassAsync($"after {operation}");
        cloud.Database.Around = points.PassAsync;
        return points;
    }

    /// <summary>Kills the cloud's service at the moment of that number, counted from now on.</summary>
    public static Points KillAt(Cloud cloud, int number)
    {
        var points = Count(cloud);
        points.until = number;
        points.then = cloud.Kill;
        return points;
    }

    /// <summary>
    /// Holds the cloud's service at the moment of that number, counted from now on, and lets all others pass.
    /// </summary>
    public static Points HoldAt(Cloud cloud, int number)
    {
        var points = Count(cloud);
        points.until = number;
        points.go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return points;
    }

    /// <summary>Lets what is held go on.</summary>
    public void Go() => go!.TrySetResult();

    private Task PassAsync(string point)
    {
        lock (passed)
        {
            if (passed.Count >= until)
                return go is null ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
            // The end of something that began before the counting.
            if (passed.Count == 0 && point.StartsWith("after", StringComparison.Ordinal))
                return Task.CompletedTask;
            passed.Add(point);
            if (passed.Count < until)
                return Task.CompletedTask;
            then?.Invoke();
        }
        reached.TrySetResult();
        return go?.Task ?? Task.Delay(Timeout.Infinite);
    }
}
