namespace Kiroku.Bench;

/// <summary>
/// Measures how fast the live record lists fifty actions by filters, with a short history and a long one. Nothing of it
/// is kept in memory: each answer is read from the store.
/// </summary>
internal static class LiveLists
{
    private const int MostPaths = 50_000;

    /// <summary>Filters that an index answers; {0} is the id of a server.</summary>
    private static readonly (string Name, string Filter)[] Filters =
    [
        ("newest", ""), ("outcome = failed", "outcome = failed"), ("server.id = …", "server.id = {0}"),
        ("action = stop", "action = stop"),
    ];

    public static Task<int> RunAsync(string product, string bench, int few, int many)
        => Place.WithAsync(product, bench, place => RunAsync(place, few, many));

    private static async Task RunAsync(Place place, int few, int many)
    {
        var (small, large) = (await place.FillAsync("few", few), await place.FillAsync("many", many));
        RatesBeside.PrintHeader(few, many);
        await using var rates = await RatesBeside.StartAsync(place, small, large);
        foreach (var (name, filter) in Filters)
            await rates.MeasureAsync(name, actions => Paths(filter, actions));
    }

    /// <summary>One path, or those of up to 50,000 servers in random order.</summary>
    private static IReadOnlyList<string> Paths(string filter, int actions)
    {
        if (!filter.Contains("{0}", StringComparison.Ordinal))
            return [Address(filter)];
        var (order, servers) = (new Random(1), actions / FilledStore.ActionsPerServer);
        return [.. Enumerable.Range(0, Math.Min(servers, MostPaths)).Select(_ => Address(
            filter.Replace("{0}", $"{FilledStore.Server(order.Next(servers))}", StringComparison.Ordinal)))];
    }

    private static string Address(string filter)
        => "/actions/v1/actions" + (filter.Length > 0 ? $"?filter={Uri.EscapeDataString(filter)}" : "");
}
