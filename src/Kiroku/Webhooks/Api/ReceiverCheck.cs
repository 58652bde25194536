using Kiroku.Api;
using Kiroku.Webhooks.Receivers;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Api;

/// <summary>
/// Refuses receivers that could never be spoken to, when a subscription is made: each attempt looks again. A name that
/// does not resolve at present, or not within the time that a request may take, may do so later.
/// </summary>
internal sealed class ReceiverCheck([FromKeyedServices(ReceiverNames.ForRequests)] ReceiverNames names)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <exception cref="Fault">400: the receiver has an address that receivers may not have.</exception>
    public async Task RequireAsync(Uri url, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await names.FindAsync(url.IdnHost, limit.Token);
        }
        catch (ReceiverException e) when (e.IsRefusal)
        {
            throw SubscriptionRequest.RefuseUrl(
                "url is none that may be called: it leads to this service's own host, or to an address that is "
                + "loopback, link-local, unspecified, reserved, or closed by the operator.");
        }
        catch (ReceiverException)
        {
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }
}
