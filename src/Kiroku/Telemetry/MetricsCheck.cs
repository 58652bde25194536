using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Telemetry;

/// <summary>Refuses settings of the metrics that mean something else than they say.</summary>
internal sealed class MetricsCheck : IValidateOptions<MetricsOptions>
{
    private const string Key = $"{MetricsOptions.Section}:{nameof(MetricsOptions.AllowedNetworks)}";

    public ValidateOptionsResult Validate(string? name, MetricsOptions options)
    {
        var complaint = NamedNetworks.ComplaintAbout(Key, options.AllowedNetworks)
            ?? (NamedNetworks.HasEverybody(options.AllowedNetworks)
                ? $"{Key} is to name networks: with all addresses allowed, anybody could read the metrics."
                : null);
        return complaint is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaint);
    }
}
