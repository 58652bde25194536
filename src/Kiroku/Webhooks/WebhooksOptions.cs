namespace Kiroku.Webhooks;

/// <summary>Who may be told of actions, and how.</summary>
internal sealed class WebhooksOptions
{
    public const string Section = "Webhooks";

    /// <summary>The most subscriptions of a project; -1 for no limit.</summary>
    public int MaxPerProject { get; init; } = 10;

    /// <summary>
    /// Networks whose addresses receivers may have although they are refused otherwise, separated by commas: loopback,
    /// link-local, unspecified, multicast and reserved addresses, and those of the node itself.
    /// </summary>
    public string? AllowedNetworks { get; init; }

    /// <summary>
    /// Networks whose addresses no receiver may have, besides those, separated by commas: what only operators are to
    /// reach, as <c>10.0.0.0/24</c>.
    /// </summary>
    public string? RefusedNetworks { get; init; }

    /// <summary>
    /// How long one attempt may take, from resolving the name to the answer's status; 0.1 seconds to a minute.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many attempts may be under way at a time, to all receivers together; 1 to 1000.</summary>
    public int Concurrency { get; init; } = 128;

    /// <summary>
    /// How many deliveries of one subscription may wait for a further attempt. One more disables it; 1 to 1000000.
    /// </summary>
    public int MaxPending { get; init; } = 10_000;

    /// <summary>How many ended deliveries of each subscription are kept to be shown; 0 to 1000000.</summary>
    public int MaxKept { get; init; } = 1000;

    /// <summary>How long ended deliveries, and those of disabled subscriptions, are kept; an hour to a year.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(14);
}
