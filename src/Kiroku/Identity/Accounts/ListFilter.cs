using System.Globalization;

namespace Kiroku.Identity.Accounts;

/// <summary>Keystone's filters of a list: a key by itself for the same value, with a suffix for part of it (common/driver_hints.py).</summary>
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

    /// <summary>The value asked for under the key by itself, if any.</summary>
    public string? Asked(string key) => request.Query.TryGetValue(key, out var asked) ? asked[^1] ?? "" : null;

    public bool Has(string key) => request.Query.ContainsKey(key);

    /// <summary>Whether the key stands there and is true; Keystone takes it without a value as true.</summary>
    public bool IsTrue(string key) => Asked(key) is { } asked && IsTrueWord(asked);

    public bool Fits(string key, string? value)
    {
        var query = request.Query;
        return Comparisons.All(comparison => !query.TryGetValue(key + comparison.Key, out var asked) || asked.All(one => comparison.Value(value ?? "", one ?? "")));
    }

    public bool Fits(string key, bool value) => Asked(key) is not { } asked || IsTrueWord(asked) == value;

    private static bool IsTrueWord(string text) => text.ToUpper(CultureInfo.InvariantCulture) is not ("FALSE" or "0" or "NO" or "OFF");
}
