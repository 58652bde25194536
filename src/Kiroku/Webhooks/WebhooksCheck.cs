using System.Net;
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

    /// <summary>The networks of a list that passed the check; an address is a network of its own.</summary>
    public static IReadOnlyList<IPNetwork> Networks(string? list)
        => [.. Split(list).Select(text => IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : IPNetwork.Parse(text))];

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
        foreach (var wrong in Split(options.AllowedNetworks).Concat(Split(options.RefusedNetworks)).Where(IsWrong))
            yield return $"Webhooks:AllowedNetworks, RefusedNetworks: {wrong} is to be an IP address or a network, as "
                + "192.0.2.0/24.";
    }

    private static bool IsWrong(string text) => !IPAddress.TryParse(text, out _) && !IPNetwork.TryParse(text, out _);

    private static string[] Split(string? text)
        => (text ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
