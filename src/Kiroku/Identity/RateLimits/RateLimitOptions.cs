namespace Kiroku.Identity.RateLimits;

/// <summary>How many requests a user may make in a project; -1 for no limit.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimit";

    /// <summary>Requests a minute that may change something; as many may come at once.</summary>
    public int WritesPerMinute { get; init; } = 600;

    /// <summary>Requests a minute that only read; as many may come at once.</summary>
    public int ReadsPerMinute { get; init; } = 100_000;
}
