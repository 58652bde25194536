namespace Kiroku.Scheduling;

/// <summary>
/// The server group of a server that needs a host: its policy, and how many of its other servers each host has.
/// </summary>
/// <param name="Policy">One of <see cref="GroupPolicies"/>.</param>
/// <param name="MostPerHost">How many of its servers one host may have, if they are to be apart.</param>
/// <param name="Others">The numbers of its other servers, by host.</param>
internal sealed record GroupToPlace(string Policy, int MostPerHost, IReadOnlyDictionary<string, int> Others)
{
    public int CountOn(string host) => Others.GetValueOrDefault(host);

    /// <summary>How many a host has with the server itself, which as in Nova counts on its present host.</summary>
    public int CountWithItself(string host, string? current) => CountOn(host) + (host == current ? 1 : 0);

    /// <summary>
    /// Whether a host may have one more, if the servers are to be apart. As in Nova a server may stay on its present
    /// host whatever else is there.
    /// </summary>
    public bool MayJoin(string host, string? current) => host == current || CountOn(host) < MostPerHost;

    /// <summary>
    /// Whether a host has the others, if the servers are to be together. As in Nova that holds a server on its present
    /// host even if it is the only one.
    /// </summary>
    public bool IsTogetherOn(string host, string? current)
        => (current is null && Others.Count == 0) || host == current || CountOn(host) > 0;
}

/// <summary>The policies of server groups, under Nova's names. Stored and shown.</summary>
internal static class GroupPolicies
{
    public const string Affinity = "affinity";
    public const string AntiAffinity = "anti-affinity";
    public const string SoftAffinity = "soft-affinity";
    public const string SoftAntiAffinity = "soft-anti-affinity";
}
