namespace Kiroku.Identity.RateLimits;

/// <summary>How many requests a user may make in one project; -1 for no limit.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimit";

    /// <summary>Requests a minute that may change something. The same number is allowed in a burst.</summary>
    public int WritesPerMinute { get; init; } = 600;

    /// <summary>Requests a minute that only read. The same number is allowed in a burst.</summary>
    public int ReadsPerMinute { get; init; } = 100_000;
}
