using System.Globalization;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>A request's query, read parameter by parameter with Nova's checks and messages (nova/api/validation, query schemas).</summary>
internal readonly struct QueryParameters(HttpRequest request)
{
    private static readonly string[] TimeFormats =
    [
        "yyyy", "yyyy-MM", "yyyy-MM-dd", "yyyyMMdd",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
        "yyyyMMdd'T'HHmmssK",
    ];

    /// <summary>Refuses parameters that this list does not have.</summary>
    public void RefuseUnknown(params ReadOnlySpan<string> known)
    {
        foreach (var name in request.Query.Keys)
        {
            if (!known.Contains(name))
                throw Fault.BadRequest($"Additional properties are not allowed ({PythonText.Quote(name)} was unexpected)");
        }
    }

    public bool Has(string name) => request.Query.ContainsKey(name);

    /// <summary>The parameter's one value; null if it is not there.</summary>
    public string? Single(string name)
    {
        var values = request.Query[name];
        if (values.Count > 1)
        {
            var list = $"[{string.Join(", ", values.Select(value => PythonText.Quote(value ?? "")))}]";
            throw Invalid(name, list, $"{list} is too long");
        }
        return values.Count == 0 ? null : values[0] ?? "";
    }

    /// <summary>The parameter's value where several may stand and the last counts.</summary>
    public string? Last(string name) => request.Query[name] is { Count: > 0 } values ? values[^1] ?? "" : null;

    /// <summary>How many to answer: at most <paramref name="max"/>, which is also the default.</summary>
    public int Limit(int max)
    {
        if (Single("limit") is not { } text)
            return max;
        if (text.Length == 0)
            throw Invalid("limit", text, "'' is too short");
        if (!text.All(char.IsAsciiDigit))
            throw Invalid("limit", text, $"{PythonText.Quote(text)} does not match '^[0-9]*$'");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? Math.Min(limit, max) : max;
    }

    /// <summary>An ISO 8601 time, taken as UTC where it names no zone.</summary>
    public DateTime? Time(string name)
    {
        if (Single(name) is not { } text)
            return null;
        // A plus sign that nobody escaped arrives as a space.
        var styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTime.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, styles, out var time)
            || DateTime.TryParseExact(text.Replace(' ', '+'), TimeFormats, CultureInfo.InvariantCulture, styles, out time))
            return time;
        throw Invalid(name, text, $"{PythonText.Quote(text)} is not a 'date-time'");
    }

    /// <summary>
    /// Writes the links of a page (nova/api/openstack/common.py, _get_collection_links): a next one if the page is full, with
    /// every parameter of the request and the last item as marker.
    /// </summary>
    public void WriteNextLink(Utf8JsonWriter json, string key, int count, int limit, string? last, bool always)
    {
        var full = count > 0 && count == limit;
        if (!full && !always)
            return;
        json.WriteStartArray(key);
        if (full)
            Links.Write(json, "next", NextPage(last!));
        json.WriteEndArray();
    }

    private string NextPage(string marker)
    {
        var kept = request.Query.Where(pair => pair.Key != "marker")
            .SelectMany(pair => pair.Value.Select(value => (pair.Key, Value: value ?? "")))
            .Append((Key: "marker", Value: marker))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
        return $"{Links.Base(request)}{request.PathBase}{request.Path}?{string.Join('&', kept)}";
    }

    private static Fault Invalid(string name, string value, string message)
        => Fault.BadRequest($"Invalid input for query parameters {name}. Value: {value}. {message}");
}
