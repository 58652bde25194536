namespace Kiroku.Actions;

/// <summary>How repeated requests are known again. Section "Idempotency".</summary>
internal sealed class IdempotencyOptions
{
    public const string Section = "Idempotency";

    /// <summary>How long an answer is kept for whoever repeats its request with the same key.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(24);
}
