using System.Text.Json;
using System.Text.Json.Nodes;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>A page of things that are all in memory, of which there are never many.</summary>
internal static class ListPage
{
    /// <param name="query">What is asked for.</param>
    /// <param name="things">All that the caller may see.</param>
    /// <param name="notFound">What is said of a marker that names none of them.</param>
    public static IReadOnlyList<JsonObject> Of(
        ListQuery query, IEnumerable<JsonObject> things, Func<string, Fault> notFound)
    {
        var sorted = Sort(things.Where(thing => query.Fits(thing)), query.Order).ToList();
        if (query.Marker is not { } marker)
            return [.. query.IsReverse ? sorted.TakeLast(query.Limit) : sorted.Take(query.Limit)];
        var place = sorted.FindIndex(thing => (string?)thing["id"] == marker);
        if (place < 0)
            throw notFound(marker);
        return query.IsReverse
            ? [.. sorted.Take(place).TakeLast(query.Limit)]
            : [.. sorted.Skip(place + 1).Take(query.Limit)];
    }

    private static IOrderedEnumerable<JsonObject> Sort(
        IEnumerable<JsonObject> things, IReadOnlyList<(string Key, bool Descending)> order)
    {
        var sorted = things.OrderBy(_ => 0);
        foreach (var (key, descending) in order)
            sorted = descending
                ? sorted.ThenByDescending(thing => TextOf(thing, key), StringComparer.Ordinal)
                : sorted.ThenBy(thing => TextOf(thing, key), StringComparer.Ordinal);
        return sorted.ThenBy(thing => TextOf(thing, "id"), StringComparer.Ordinal);
    }

    /// <summary>As ordinal comparison has it: numbers with as many digits.</summary>
    private static string? TextOf(JsonObject thing, string key) => thing[key] switch
    {
        JsonValue number when number.GetValueKind() == JsonValueKind.Number => number.ToString().PadLeft(20, '0'),
        var other => other?.ToString(),
    };
}
