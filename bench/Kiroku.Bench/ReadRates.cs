namespace Kiroku.Bench;

/// <summary>Measures how fast the two calls that read the record answer, with a short history and a long one.</summary>
internal static class ReadRates
{
    private const int MostPaths = 200_000;

    public static Task<int> RunAsync(string product, string bench, int few, int many)
        => Place.WithAsync(product, bench, place => RunAsync(place, few, many));

    private static async Task RunAsync(Place place, int few, int many)
    {
        var (small, large) = (await place.FillAsync("few", few), await place.FillAsync("many", many));
        RatesBeside.PrintHeader(few, many);
        foreach (var hot in new[] { true, false })
        {
            // Cold: each answer is read from the store, because nothing is kept in memory.
            (string, string)[] settings = hot ? [] : [("Actions__KeptInMemory", "0")];
            await using var rates = await RatesBeside.StartAsync(place, small, large, settings);
            foreach (var call in new[] { "show", "list" })
                await rates.MeasureAsync($"{call}, {(hot ? "hot" : "cold")}", actions => Paths(call, hot, actions));
        }
    }

    /// <summary>The paths to request: always the same one, or up to 200,000 in random order.</summary>
    private static IReadOnlyList<string> Paths(string call, bool hot, int actions)
    {
        if (hot)
            return [Address(call, 0)];
        var order = new Random(1);
        return [.. Enumerable.Range(0, Math.Min(actions, MostPaths)).Select(_ => Address(call, order.Next(actions)))];
    }

    private static string Address(string call, int action)
    {
        var server = FilledStore.Server(action / FilledStore.ActionsPerServer);
        return $"/v2.1/servers/{server}/os-instance-actions" + (call == "show" ? $"/{FilledStore.Request(action)}" : "");
    }
}
