using Kiroku.Access;
using Kiroku.Webhooks.Api;
using Kiroku.Webhooks.Deliveries;
using Kiroku.Webhooks.Events;
using Kiroku.Webhooks.Receivers;
using Kiroku.Webhooks.Subscriptions;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks;

/// <summary>Puts webhooks together.</summary>
internal static class WebhooksRoom
{
    private const int MostNamesOfDeliveries = 64;
    private const int MostNamesOfRequests = 8;

    public static void AddWebhooks(this IServiceCollection services, ServiceSettings settings)
    {
        services.AddRules(typeof(WebhookRules));
        services.AddOptions<WebhooksOptions>().BindConfiguration(WebhooksOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhooksOptions>, WebhooksCheck>();
        services.AddSingleton<WebhookSignals>();
        services.AddSingleton<WebhookTurn>();
        services.AddSingleton<SubscriptionStore>();
        services.AddSingleton<SubscriptionSecrets>();
        services.AddSingleton<ReceiverAddresses>();
        services.AddSingleton<ResolveName>(ReceiverNames.ResolveAsync);
        services.AddSingleton(provider => NamesOf(provider, MostNamesOfDeliveries));
        services.AddKeyedSingleton(ReceiverNames.ForRequests, (provider, _) => NamesOf(provider, MostNamesOfRequests));
        services.AddSingleton<ReceiverConnections>();
        services.AddSingleton<ReceiverCheck>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<DeliveryRemoval>();
        services.AddSingleton<WebhookSender>();
        services.AddKeyedSingleton(ReceiverNames.ForRequests, (provider, _) => SenderForRequests(provider));
        services.AddSingleton<DeliveryMeters>();
        services.AddSingleton<DeliveryAttempts>();
        services.AddSingleton<EventMaker>();
        services.AddSingleton<EventStore>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<DeliveryTrim>();
        // Those that answer requests also have a way to receivers.
        if (settings.Roles.HasFlag(NodeRoles.Api))
            services.AddDuties();
    }

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        app.MapSubscriptions();
        app.MapDeliveries();
    }

    private static ReceiverNames NamesOf(IServiceProvider provider, int most) => new(
        provider.GetRequiredService<ReceiverAddresses>(), provider.GetRequiredService<ResolveName>(), most);

    private static WebhookSender SenderForRequests(IServiceProvider provider)
        => ActivatorUtilities.CreateInstance<WebhookSender>(provider, new ReceiverConnections(
            provider.GetRequiredKeyedService<ReceiverNames>(ReceiverNames.ForRequests)));

    private static void AddDuties(this IServiceCollection services)
    {
        // Leaves the turn at its end, which comes after that of what is sent.
        services.AddHostedService<EventDuty>();
        services.AddHostedService<DeliveryLanes>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryTrim>());
    }
}
