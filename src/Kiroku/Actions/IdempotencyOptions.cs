namespace Kiroku.Actions;

/// <summary>How repeated requests are recognised.</summary>
internal sealed class IdempotencyOptions
{
    public const string Section = "Idempotency";

    /// <summary>
    /// How long an answer is kept for a client that repeats its request with the same <c>Idempotency-Key</c>; at most
    /// 366 days.
    /// </summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(24);
}
