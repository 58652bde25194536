using System.Globalization;
using System.Text.Json;
using Kiroku.Actions.Live;
using Kiroku.Api;
using Kiroku.Storage;
using Kiroku.Webhooks.Deliveries;
using Kiroku.Webhooks.Events;
using Kiroku.Webhooks.Receivers;
using Kiroku.Webhooks.Subscriptions;

namespace Kiroku.Webhooks.Api;

/// <summary>The routes of a subscription's deliveries: what was sent, sending it anew, and a test.</summary>
internal static class DeliveriesApi
{
    private const string State = "state";
    private const int MostAnew = 100;

    private static readonly Schema Anew = Schema.Object(
        ("deliveries", Schema.ArrayOf(Parameters.Text with { Pattern = "^[0-9]{1,18}$" }) with
        {
            MinItems = 1,
            MaxItems = MostAnew,
            HasUniqueItems = true,
        }));

    public static void MapDeliveries(this IEndpointRouteBuilder app)
    {
        app.MapGet($"{Paths.One}/deliveries", List)
            .Is("listDeliveries", "What was sent to the subscription's receiver, newest first.")
            .IsAboutSubscription()
            .Takes(State, "Those in this state alone.", DescribedValue.OneOf([.. DeliveryStates.All]))
            .TakesPages()
            .Answers<DeliveriesDocument>()
            .Refuses(Paths.Refusals);
        app.MapPost($"{Paths.One}/redeliver", Redeliver)
            .Is("redeliver", "Sends deliveries anew: those that are named, or all that failed.")
            .IsAboutSubscription()
            .TakesBody(Anew, required: false)
            .Answers<RedeliveredDocument>(StatusCodes.Status202Accepted)
            .Refuses([.. Paths.Refusals, StatusCodes.Status409Conflict]);
        app.MapPost($"{Paths.One}/test", Test)
            .Is("testSubscription", "Sends an event that tells nothing, and answers how that went.")
            .IsAboutSubscription()
            .LooksAtBody()
            .Answers<TestDocument>()
            .Refuses(Paths.Refusals);
    }

    private static async Task List(
        HttpContext context, string id, SubscriptionStore store, DeliveryStore deliveries, PageTokens tokens)
    {
        var found = await CallersSubscription.FindAsync(context, id, store, WebhookRules.Show);
        var asked = new PageRequest(context, State);
        var state = asked.Parameters[State];
        if (state is not null && !DeliveryStates.All.Contains(state))
            throw LiveParameters.Refuse($"state is one of {string.Join(", ", DeliveryStates.All)}.");
        var before = asked.Open(tokens)?.Number ?? long.MaxValue;
        var page = await deliveries.ListAsync(found.Id, state, (before, asked.Size + 1), context.RequestAborted);
        var shown = page.Take(asked.Size).ToList();
        await LiveFormat.WriteAsync(context, new DeliveriesDocument
        {
            Deliveries = shown.ConvertAll(DeliveryDocument.Of),
            NextPageToken = page.Count > asked.Size ? asked.Seal(tokens, shown[^1].Id) : null,
        }, WebhookFormat.Json.DeliveriesDocument);
    }

    /// <summary>Sends the deliveries that the body names anew, or without a body all that failed.</summary>
    private static async Task Redeliver(
        HttpContext context, string id, SubscriptionStore store, DeliveryStore deliveries)
    {
        var found = await CallersSubscription.FindAsync(context, id, store, WebhookRules.Update);
        new QueryParameters(context.Request).RefuseUnknown();
        var body = await RequestBody.ReadAsync(context.Request);
        var ids = body.ValueKind == JsonValueKind.Undefined ? null : Read(body);
        if (!found.Enabled)
            throw Fault.Conflict($"The subscription {id} is disabled; enable it first.");
        var number = await deliveries.SendAnewAsync(found.Id, ids, CancellationToken.None)
            ?? throw Fault.NotFound($"The subscription {id} has no such delivery.");
        await LiveFormat.WriteAsync(
            context, new RedeliveredDocument(number), WebhookFormat.Json.RedeliveredDocument,
            StatusCodes.Status202Accepted);
    }

    /// <summary>Sends an event that tells nothing, now and once, and answers how that went.</summary>
    private static async Task Test(
        HttpContext context, string id, SubscriptionStore store,
        [FromKeyedServices(ReceiverNames.ForRequests)] WebhookSender sender, EventMaker maker, TimeProvider time)
    {
        var found = await CallersSubscription.FindAsync(context, id, store, WebhookRules.Update);
        await EmptyBody.RequireAsync(context);
        var eventId = WebhookEvents.IdOf($"{found.Id}", $"{Guid.NewGuid()}");
        var subject = $"subscriptions/{found.Id}";
        var data = JsonSerializer.SerializeToUtf8Bytes(
            SubscriptionDocument.Of(found, maker.AddressOf(found), time.UtcNow()),
            WebhookFormat.Json.SubscriptionDocument);
        var body = WebhookEvents.Write(
            (eventId, EventKinds.TestType, time.UtcNow()), maker.AddressOf(found), subject, data);
        var answer = await sender.SendAsync(found, eventId, body, context.RequestAborted);
        await LiveFormat.WriteAsync(
            context, new TestDocument(
                answer.IsDelivered, eventId, answer.Status, answer.Response, answer.Error,
                (long)answer.Duration.TotalMilliseconds), WebhookFormat.Json.TestDocument);
    }

    private static IReadOnlyCollection<long>? Read(JsonElement body)
    {
        Anew.Require(body, relaxed: false);
        return body.ValueKind == JsonValueKind.Object && body.TryGetProperty("deliveries", out var named)
            ? named.EnumerateArray().Select(one => long.Parse(one.GetString()!, CultureInfo.InvariantCulture))
                .ToHashSet()
            : null;
    }
}
