using System.Threading.RateLimiting;
using Kiroku.Api;
using Kiroku.Identity.Tokens;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.RateLimits;

/// <summary>
/// How often each user asks in each project: a bucket for what may change something and one for what only reads, which
/// time fills again. The bucket of whoever does not ask any more is let go of, so that memory is bounded by who asks
/// now.
/// </summary>
internal sealed class RequestRates(IOptions<RateLimitOptions> options) : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<Asking> limiter = PartitionedRateLimiter.Create<Asking, Asking>(
        asking => Bucket(asking, asking.Reads ? options.Value.ReadsPerMinute : options.Value.WritesPerMinute));

    /// <summary>Counts the request.</summary>
    /// <returns>How long to wait with the next try; null if it may go on.</returns>
    public TimeSpan? Count(SignIn signIn, HttpRequest request)
    {
        using var lease =
            limiter.AttemptAcquire(new Asking(signIn.User.Id, signIn.Claims.ScopeId, Deleting.IsRead(request)));
        if (lease.IsAcquired)
            return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero;
    }

    public void Dispose() => limiter.Dispose();

    private static RateLimitPartition<Asking> Bucket(Asking asking, int limit) => limit < 0
        ? RateLimitPartition.GetNoLimiter(asking)
        : RateLimitPartition.GetTokenBucketLimiter(asking, _ => Filling(limit));

    /// <summary>
    /// A part each second rather than all each minute, so that whoever waits as long as is said may go on.
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

    /// <summary>Who asks for what.</summary>
    private readonly record struct Asking(string User, string? Scope, bool Reads);
}
