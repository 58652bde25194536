namespace Kiroku.CommandLine;

/// <summary>The service's refusal, in one sentence.</summary>
internal sealed class RefusedException(string message) : Exception(message)
{
    public int Status { get; init; }

    /// <summary>The kind of problem; null where the service does not tell.</summary>
    public string? Type { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may be answered later.</summary>
    public bool MayPass => Status is 408 or 429 or >= 500;
}
