namespace Kiroku.Webhooks;

/// <summary>Wakes this process's work on webhooks when something was changed that it waits for.</summary>
internal sealed class WebhookSignals : IDisposable
{
    /// <summary>A subscription was changed, or an action that may be told.</summary>
    public Signal Feed { get; } = new();

    /// <summary>A delivery was made, or is to be tried again now.</summary>
    public Signal Due { get; } = new();

    public void Dispose()
    {
        Feed.Dispose();
        Due.Dispose();
    }
}
