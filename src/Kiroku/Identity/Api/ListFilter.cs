using System.Globalization;

namespace Kiroku.Identity.Api;

/// <summary>
/// Keystone's list filters. A plain key compares for equality; a suffix compares with a part of the value
/// (common/driver_hints.py).
/// </summary>
internal readonly struct ListFilter(HttpRequest request)
{
    private static readonly Dictionary<string, Func<string, string, bool>> Comparisons = new()
    {
        [""] = (text, asked) => text == asked,
        ["__contains"] = (text, asked) => text.Contains(asked, StringComparison.Ordinal),
        ["__startswith"] = (text, asked) => text.StartsWith(asked, StringComparison.Ordinal),
        ["__endswith"] = (text, asked) => text.EndsWith(asked, StringComparison.Ordinal),
        ["__icontains"] = (text, asked) => text.Contains(asked, StringComparison.OrdinalIgnoreCase),
        ["__istartswith"] = (text, asked) => text.StartsWith(asked, StringComparison.OrdinalIgnoreCase),
        ["__iendswith"] = (text, asked) => text.EndsWith(asked, StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>The value of the filter without a suffix; null if there is none.</summary>
    public string? Asked(string key) => request.Query.TryGetValue(key, out var asked) ? asked[^1] ?? "" : null;

    public bool Has(string key) => request.Query.ContainsKey(key);

    /// <summary>Whether the filter is present and true. Keystone also takes an empty value as true.</summary>
    public bool IsTrue(string key) => Asked(key) is { } asked && IsTrueWord(asked);

    public bool Fits(string key, string? value)
    {
        var query = request.Query;
        return Comparisons.All(comparison => !query.TryGetValue(key + comparison.Key, out var asked)
            || asked.All(one => comparison.Value(value ?? "", one ?? "")));
    }

    public bool Fits(string key, bool value) => Asked(key) is not { } asked || IsTrueWord(asked) == value;

    /// <summary>
    /// Keystone's four tag filters: all of the tags, any, not all, not any (keystone/resource/backends/sql.py).
    /// </summary>
    public bool FitsTags(IReadOnlyCollection<string> tags)
        => (AskedTags("tags") is not { } all || all.All(tags.Contains))
            && (AskedTags("tags-any") is not { } any || any.Any(tags.Contains))
            && (AskedTags("not-tags") is not { } notAll || !notAll.All(tags.Contains))
            && (AskedTags("not-tags-any") is not { } notAny || !notAny.Any(tags.Contains));

    private string[]? AskedTags(string key) => Asked(key)?.Split(',');

    private static bool IsTrueWord(string text)
        => text.ToUpper(CultureInfo.InvariantCulture) is not ("FALSE" or "0" or "NO" or "OFF");
}
