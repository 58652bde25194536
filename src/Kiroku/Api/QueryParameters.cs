using System.Globalization;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// A request's query, read parameter by parameter with Nova's checks and messages (nova/api/validation, query schemas).
/// </summary>
internal readonly struct QueryParameters(HttpRequest request)
{
    /// <summary>Refuses parameters that are not in this list.</summary>
    public void RefuseUnknown(params ReadOnlySpan<string> known)
    {
        var unknown = new List<string>();
        foreach (var name in request.Query.Keys)
        {
            if (!known.Contains(name))
                unknown.Add(name);
        }
        if (unknown.Count > 0)
            throw Fault.BadRequest(SchemaError.UnknownKeys(unknown));
    }

    public IEnumerable<string> Names => request.Query.Keys;

    public bool Has(string name) => request.Query.ContainsKey(name);

    /// <summary>The value of a parameter that may occur once; null if it is missing.</summary>
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

    /// <summary>The last value of a parameter that may occur several times.</summary>
    public string? Last(string name) => request.Query[name] is { Count: > 0 } values ? values[^1] ?? "" : null;

    /// <summary>Every value of a parameter.</summary>
    public IEnumerable<string> All(string name) => request.Query[name].Select(value => value ?? "");

    /// <summary>The page size: at most <paramref name="max"/>, which is also the default.</summary>
    public int Limit(int max) => Single("limit") is { } text ? Number("limit", text, max) : max;

    /// <summary>
    /// The page size when the parameter may occur several times. Each value must be valid, and the last one counts.
    /// </summary>
    public int LastLimit(int max) => All("limit").Aggregate(max, (_, text) => Number("limit", text, max));

    /// <summary>The same for another number that is no bound: <paramref name="otherwise"/> if it is
    /// missing.</summary>
    public int LastNumber(string name, int otherwise)
        => All(name).Aggregate(otherwise, (_, text) => Number(name, text, int.MaxValue));

    /// <summary>An ISO 8601 time, read as UTC if it names no zone.</summary>
    public DateTime? Time(string name) => Single(name) is { } text ? Time(name, text) : null;

    /// <summary>The last time when the parameter may occur several times.</summary>
    public DateTime? LastTime(string name) => Last(name) is { } text ? Time(name, text) : null;

    /// <exception cref="Fault">400 if one of the parameter's values is not a time.</exception>
    public void RequireTimes(string name)
    {
        foreach (var text in All(name))
            Time(name, text);
    }

    /// <summary>
    /// Writes the links of a page (nova/api/openstack/common.py, _get_collection_links). A full page gets a link to
    /// the next one, with all parameters of the request and the last item as marker.
    /// </summary>
    public void WriteNextLink(Utf8JsonWriter json, string key, int count, int limit, string? last, bool always)
    {
        var full = count > 0 && count == limit;
        if (!full && !always)
            return;
        json.WriteStartArray(key);
        if (full)
            Links.Write(json, "next", PageFrom(last!));
        json.WriteEndArray();
    }

    /// <summary>The address of the same list from a marker on, with all other parameters of the request.</summary>
    public string PageFrom(string marker)
    {
        var kept = request.Query.Where(pair => pair.Key != "marker")
            .SelectMany(pair => pair.Value.Select(value => (pair.Key, Value: value ?? "")))
            .Append((Key: "marker", Value: marker))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
        return $"{Links.Base(request)}{request.Path}?{string.Join('&', kept)}";
    }

    private static int Number(string name, string text, int max)
    {
        if (!text.All(char.IsAsciiDigit))
            throw Invalid(name, text, $"{PythonText.Quote(text)} does not match '^[0-9]*$'");
        if (text.Length == 0)
            throw Invalid(name, text, "'' is too short");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Min(number, max) : max;
    }

    private static DateTime Time(string name, string text)
        => IsoTime.TryParse(text, out var time)
            ? time : throw Invalid(name, text, $"{PythonText.Quote(text)} is not a 'date-time'");

    public static Fault Invalid(string name, string value, string message)
        => Fault.BadRequest($"Invalid input for query parameters {name}. Value: {value}. {message}");
}
