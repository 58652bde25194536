namespace Kiroku.Ui.Visits;

/// <summary>Addresses with their queries, the page's own and the API's.</summary>
internal static class Address
{
    /// <summary>A path with whatever has a value.</summary>
    /// <param name="path">Escaped.</param>
    /// <param name="query">Names, and values as they are.</param>
    public static string Of(string path, params IEnumerable<(string Name, string? Value)> query)
    {
        var given = query.Where(pair => !string.IsNullOrEmpty(pair.Value))
            .Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}").ToList();
        return given.Count == 0 ? path : $"{path}?{string.Join('&', given)}";
    }
}
