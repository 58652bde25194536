namespace Kiroku.Identity.SigningIn;

/// <summary>
/// Recent failures under one key, and the time before which the next attempt must wait. Times count from the
/// service's start, so that setting the clock back makes nobody wait longer.
/// </summary>
internal sealed class SignInFailures(TimeSpan memory)
{
    private readonly Lock gate = new();
    private int count;
    private TimeSpan open;

    public TimeSpan Last { get; private set; }

    public TimeSpan Wait(TimeSpan now)
    {
        lock (gate)
            return open - now;
    }

    /// <summary>
    /// Counts a failure. The last free one causes a wait of a second, and each further one doubles it.
    /// </summary>
    public void Add(int free, TimeSpan longest, TimeSpan now)
    {
        lock (gate)
        {
            count = now - Last > memory ? 1 : count + 1;
            Last = now;
            if (count >= free)
                open = now + TimeSpan.FromSeconds(
                    Math.Min(longest.TotalSeconds, Math.Pow(2, Math.Min(count - free, 30))));
        }
    }

    public void Clear()
    {
        lock (gate)
            (count, open) = (0, default);
    }
}
