using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>How an attempt went: what the receiver answered, or why it did not.</summary>
internal sealed record WebhookAnswer(int? Status, string? Response, string? Error)
{
    private const int Gone = 410;

    public TimeSpan Duration { get; init; }

    /// <summary>For how long the receiver asks to be left alone.</summary>
    public TimeSpan? PutOff { get; init; }

    public bool IsDelivered => Error is null;

    public ReceiverHealth Health
        => IsDelivered ? ReceiverHealth.Good : Status == Gone ? ReceiverHealth.Gone : ReceiverHealth.Failing;
}
