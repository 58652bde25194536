namespace Kiroku.Webhooks.Receivers;

/// <summary>
/// A receiver is not spoken to, with a sentence for the subscription's owner: it names no address, so that nobody
/// learns from it what names stand for inside.
/// </summary>
internal sealed class ReceiverException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether it may not be spoken to, whoever answers there.</summary>
    public bool IsRefusal { get; init; }
}
