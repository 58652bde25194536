using System.Text;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

namespace Kiroku.Tests.Webhooks;

/// <summary>The signatures of webhooks, as a library sees them that is not ours.</summary>
internal static class Signatures
{
    /// <summary>
    /// Verifies a request: one of its signatures must fit. Version 1.1.2 passes over
    /// the last of several, so it is shown one at a time.
    /// </summary>
    public static void Verify(string secret, Received received)
    {
        var signatures = received.Headers["webhook-signature"].Split(' ');
        foreach (var (place, signature) in signatures.Index())
        {
            try
            {
                new StandardWebhook(secret).Verify(Text(received), Headers(received, signature));
                return;
            }
            catch (WebhookVerificationException) when (place + 1 < signatures.Length)
            {
            }
        }
    }

    private static string Text(Received received) => Encoding.UTF8.GetString(received.Body);

    private static HeaderDictionary Headers(Received received, string signature) => new()
    {
        ["webhook-id"] = received.Id,
        ["webhook-timestamp"] = received.Headers["webhook-timestamp"],
        ["webhook-signature"] = signature,
    };
}
