namespace Kiroku.Webhooks.Deliveries;

/// <summary>When a delivery is tried again: ten attempts over three days, each time a little off the hour.</summary>
internal static class DeliverySchedule
{
    /// <summary>For how long at most a receiver may put an attempt off.</summary>
    public static readonly TimeSpan LongestPutOff = TimeSpan.FromHours(24);

    /// <summary>How much of a wait is left to chance, either way.</summary>
    private const double Spread = 0.1;

    /// <summary>The waits after the first attempt, the second and so on.</summary>
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    /// <summary>The wait after so many attempts have failed; null if there is no further one.</summary>
    /// <param name="attempts">How many there were.</param>
    /// <param name="putOff">For how long the receiver asked to be left alone.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan? WaitAfter(int attempts, TimeSpan? putOff, double chance)
    {
        if (attempts > Waits.Length)
            return null;
        var wait = Waits[attempts - 1] * (1 - Spread + (2 * Spread * chance));
        var asked = putOff > LongestPutOff ? LongestPutOff : putOff;
        return asked > wait ? asked : wait;
    }
}
