using System.Threading.RateLimiting;
using Kiroku.Api;

namespace Kiroku.Identity.SigningIn;

/// <summary>
/// The queue for processors that verify passwords, which are at most half of all. Each address has one attempt at a
/// time, so that a flood from one address delays others by only one attempt. Few strangers are let through at a time,
/// so that known users wait for few of them.
/// </summary>
internal sealed class SignInQueue : IDisposable
{
    private const int LongestLineOfOne = 100;
    private const int LongestLineOfStrangers = 200;
    private const int LongestLine = 1_000;
    private static readonly int Processors = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly PartitionedRateLimiter<string> sources = PartitionedRateLimiter.Create<string, string>(
        source => RateLimitPartition.GetConcurrencyLimiter(source, _ => Limits(1, LongestLineOfOne)),
        StringComparer.Ordinal);

    private readonly ConcurrencyLimiter strangers = new(Limits(4 * Processors, LongestLineOfStrangers));
    private readonly ConcurrencyLimiter processors = new(Limits(Processors, LongestLine));

    /// <summary>
    /// Waits for other attempts from the same source: from the address or, if the user is known there, by this user
    /// from it.
    /// </summary>
    /// <exception cref="Fault">429: too many are waiting.</exception>
    public async Task<RateLimitLease> EnterAsync(SignInSource source, CancellationToken cancellationToken)
    {
        var lease = await sources.AcquireAsync(
            source.IsFamiliar ? $"{source.Address} {source.Who}" : source.Address, 1, cancellationToken);
        return lease.IsAcquired ? lease : throw Refused(lease, StatusCodes.Status429TooManyRequests);
    }

    /// <exception cref="Fault">503: too many are waiting.</exception>
    public Task<RateLimitLease> PassStrangersAsync(CancellationToken cancellationToken)
        => TakeAsync(strangers, cancellationToken);

    /// <summary>Waits for a processor, which is held until the result is disposed.</summary>
    /// <exception cref="Fault">503: too many are waiting.</exception>
    public Task<RateLimitLease> TakeProcessorAsync(CancellationToken cancellationToken)
        => TakeAsync(processors, cancellationToken);

    public void Dispose()
    {
        sources.Dispose();
        strangers.Dispose();
        processors.Dispose();
    }

    private static async Task<RateLimitLease> TakeAsync(ConcurrencyLimiter limiter, CancellationToken cancellationToken)
    {
        var lease = await limiter.AcquireAsync(1, cancellationToken);
        return lease.IsAcquired ? lease : throw Refused(lease, StatusCodes.Status503ServiceUnavailable);
    }

    private static Fault Refused(RateLimitLease lease, int status)
    {
        lease.Dispose();
        return new Fault(status, "Too many sign in at the moment. Try again in 5 seconds.") { RetryAfter = 5 };
    }

    private static ConcurrencyLimiterOptions Limits(int atOnce, int waiting)
        => new()
        {
            PermitLimit = atOnce,
            QueueLimit = waiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        };
}

/// <summary>The places that one attempt holds in the <see cref="SignInQueue"/>.</summary>
internal sealed class SignInPlace(SignInQueue queue) : IDisposable
{
    private readonly Stack<RateLimitLease> held = new();

    public async Task EnterAsync(SignInSource source, CancellationToken cancellationToken)
        => held.Push(await queue.EnterAsync(source, cancellationToken));

    public async Task TakeProcessorAsync(SignInSource source, CancellationToken cancellationToken)
    {
        if (!source.IsFamiliar)
            held.Push(await queue.PassStrangersAsync(cancellationToken));
        held.Push(await queue.TakeProcessorAsync(cancellationToken));
    }

    public void Dispose()
    {
        while (held.TryPop(out var lease))
            lease.Dispose();
    }
}
