namespace Kiroku.Identity.SigningIn;

/// <summary>
/// What failed lately under one key, and until when the next attempt has to wait for it. Times are since the service's
/// start, so that a clock which is set back makes nobody wait longer.
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
    /// Counts one more. From the last free one on the wait is a second, and then each time twice as long.
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
