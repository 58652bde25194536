using System.Threading.RateLimiting;
using Kiroku.Api;
using Kiroku.Identity.Tokens;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.RateLimits;

/// <summary>
/// Counts each user's requests in each project with two token buckets, one for changes and one for reads. Unused
/// buckets are removed, so only active users take up memory.
/// </summary>
internal sealed class RequestRates(IOptions<RateLimitOptions> options) : IDisposable
{
    /// <summary>Nova's message, from when it still had rate limits.</summary>
    private const string Limited = "This request was rate-limited.";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<Asking> limiter = PartitionedRateLimiter.Create<Asking, Asking>(
        asking => Bucket(asking, asking.Reads ? options.Value.ReadsPerMinute : options.Value.WritesPerMinute));

    /// <summary>Counts a request.</summary>
    /// <exception cref="Fault">429: there were too many, with the time to wait.</exception>
    public void Require(SignIn signIn, HttpRequest request)
    {
        if (Count(signIn, request) is { } wait)
            throw TooMany(wait);
    }

    /// <summary>Counts a request.</summary>
    /// <returns>How long to wait before trying again; null if the request may proceed.</returns>
    public TimeSpan? Count(SignIn signIn, HttpRequest request)
    {
        using var lease =
            limiter.AttemptAcquire(new Asking(signIn.User.Id, signIn.Claims.ScopeId, Deleting.IsRead(request)));
        if (lease.IsAcquired)
            return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero;
    }

    /// <summary>The answer to a user whose requests are too frequent.</summary>
    public static Fault TooMany(TimeSpan wait) => new(StatusCodes.Status429TooManyRequests, Limited)
    {
        RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
    };

    public void Dispose() => limiter.Dispose();

    private static RateLimitPartition<Asking> Bucket(Asking asking, int limit) => limit < 0
        ? RateLimitPartition.GetNoLimiter(asking)
        : RateLimitPartition.GetTokenBucketLimiter(asking, _ => Filling(limit));

    /// <summary>
    /// Adds tokens every second rather than every minute, so that a caller who waits as long as told can proceed.
    /// </summary>
    private static TokenBucketRateLimiterOptions Filling(int limit)
    {
        var part = Math.Max(1, limit / 60);
        return new()
        {
            TokenLimit = limit,
            TokensPerPeriod = part,
            ReplenishmentPeriod = Minute * ((double)part / limit),
            QueueLimit = 0,
        };
    }

    /// <summary>A user's reads or changes in one scope, which share a bucket.</summary>
    private readonly record struct Asking(string User, string? Scope, bool Reads);
}
