using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiroku.Actions.Live;
using Kiroku.Webhooks.Deliveries;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Api;

/// <summary>How the documents of webhooks are written: as those of actions.</summary>
internal static class WebhookFormat
{
    public static readonly WebhookJson Json = new(new JsonSerializerOptions(WebhookJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>The documents' code, generated: keys are in snake case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(Rfc3339Converter)])]
[JsonSerializable(typeof(SubscriptionDocument))]
[JsonSerializable(typeof(SubscriptionsDocument))]
[JsonSerializable(typeof(DeliveriesDocument))]
[JsonSerializable(typeof(TestDocument))]
[JsonSerializable(typeof(RedeliveredDocument))]
internal sealed partial class WebhookJson : JsonSerializerContext;
