using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks;

/// <summary>Refuses settings that cannot work when the service starts.</summary>
internal sealed class WebhooksCheck : IValidateOptions<WebhooksOptions>
{
    private const int Million = 1_000_000;
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromSeconds(0.1);

    public ValidateOptionsResult Validate(string? name, WebhooksOptions options)
        => Faults(options).ToList() is { Count: > 0 } faults
            ? ValidateOptionsResult.Fail(faults)
            : ValidateOptionsResult.Success;

    private static IEnumerable<string> Faults(WebhooksOptions options)
    {
        if (options.MaxPerProject < -1)
            yield return "Webhooks:MaxPerProject is to be a number of subscriptions, or -1 for no limit.";
        if (options.Timeout < ShortestAttempt || options.Timeout > TimeSpan.FromMinutes(1))
            yield return "Webhooks:Timeout is to be 0.1 seconds to a minute, as in 00:00:15.";
        if (options.Concurrency is < 1 or > 1000)
            yield return "Webhooks:Concurrency is to be 1 to 1000.";
        if (options.MaxPending is < 1 or > Million || options.MaxKept is < 0 or > Million)
            yield return "Webhooks:MaxPending is to be 1 to 1000000, and Webhooks:MaxKept 0 to 1000000.";
        if (options.KeptFor < TimeSpan.FromHours(1) || options.KeptFor > TimeSpan.FromDays(366))
            yield return "Webhooks:KeptFor is to be an hour to a year, as in 14.00:00:00.";
        foreach (var (key, list) in new[]
            { ("AllowedNetworks", options.AllowedNetworks), ("RefusedNetworks", options.RefusedNetworks) })
        {
            if (NamedNetworks.ComplaintAbout($"Webhooks:{key}", list) is { } wrong)
                yield return wrong;
        }
    }
}
