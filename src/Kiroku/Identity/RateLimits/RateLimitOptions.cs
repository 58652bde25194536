namespace Kiroku.Identity.RateLimits;

/// <summary>How many requests a user may make in a project; -1 for no limit. Section "RateLimit".</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimit";

    /// <summary>Requests that may change something, a minute; so many may also come at once.</summary>
    public int WritesPerMinute { get; init; } = 600;

    /// <summary>The same of requests that only read.</summary>
    public int ReadsPerMinute { get; init; } = 100_000;
}
