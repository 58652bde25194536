using System.Globalization;
using System.Text.Json.Nodes;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>
/// What a list is asked for: which of the things, with which of their keys, in which order, from where on, how many
/// (neutron/api/api_common.py). A filter that is not known is refused, as with Neutron's filter-validation.
/// </summary>
internal sealed class ListQuery
{
    /// <summary>What one answer holds at most (Neutron's pagination_max_limit).</summary>
    public const int MostAtOnce = 1000;

    private static readonly string[] Others = ["fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse"];

    private readonly HttpRequest request;
    private readonly QueryParameters parameters;
    private readonly Dictionary<string, string[]> filters;

    /// <param name="request">The request.</param>
    /// <param name="known">The keys that things can be picked and sorted by.</param>
    /// <exception cref="Fault">400 for what is not known or makes no sense.</exception>
    public ListQuery(HttpRequest request, params string[] known)
    {
        (this.request, parameters) = (request, new QueryParameters(request));
        filters = request.Query.Where(pair => !Others.Contains(pair.Key))
            .ToDictionary(pair => pair.Key, pair => pair.Value.Select(value => value ?? "").ToArray());
        if (filters.Keys.Except(known).ToList() is { Count: > 0 } unknown)
            throw Fault.BadRequest($"{Quoted(unknown)} is invalid attribute for filtering");
        Order = [.. ReadOrder(known)];
        Limit = ReadLimit();
    }

    public int Limit { get; }

    public string? Marker => parameters.Last("marker") is { Length: > 0 } marker ? marker : null;

    public bool IsReverse => Truth.Of(parameters.Last("page_reverse") ?? "", otherwise: false);

    public IReadOnlyList<(string Key, bool Descending)> Order { get; }

    /// <summary>What is asked for under a key; null if nothing is.</summary>
    public IReadOnlyList<string>? Asked(string key) => filters.GetValueOrDefault(key);

    /// <summary>The one thing asked for under a key; null if none is, or several are.</summary>
    public string? Only(string key) => Asked(key) is [var one] ? one : null;

    /// <summary>Whether a thing is among those asked for, but for keys that are judged elsewhere.</summary>
    public bool Fits(JsonObject thing, params ReadOnlySpan<string> elsewhere)
    {
        foreach (var (key, asked) in filters)
        {
            if (!elsewhere.Contains(key) && !asked.Any(value => IsSame(thing[key], value)))
                return false;
        }
        return true;
    }

    /// <summary>The answer with a page of things, and where the next one is if this one is full.</summary>
    public JsonResponse Answer(string key, IReadOnlyList<JsonObject> page)
    {
        var answer = NetworkAnswer.Many(request, key, page);
        if (page.Count == Limit && Limit > 0)
            answer[$"{key}_links"] = new JsonArray(IsReverse ? Link("previous", page[0]) : Link("next", page[^1]));
        return NetworkAnswer.Of(answer);
    }

    private JsonObject Link(string relation, JsonObject from) => new()
    {
        ["rel"] = relation,
        ["href"] = parameters.PageFrom((string)from["id"]!),
    };

    private static bool IsSame(JsonNode? own, string asked) => own switch
    {
        null => false,
        JsonArray several => several.Any(one => IsSame(one, asked)),
        JsonValue value when value.TryGetValue<bool>(out var truth) => truth == Boolean(asked),
        _ => string.Equals(own.ToString(), asked, StringComparison.Ordinal),
    };

    private static bool Boolean(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" => true,
        "FALSE" or "0" => false,
        _ => throw Fault.BadRequest($"Invalid input for operation: '{text}' cannot be converted to boolean."),
    };

    private int ReadLimit()
    {
        if (parameters.Last("limit") is not { } text)
            return MostAtOnce;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            throw Fault.BadRequest(
                $"Bad limit request: Limit must be an integer 0 or greater and not '{text}'.");
        // Nothing of 0 is all, as with Neutron.
        return limit == 0 ? MostAtOnce : (int)Math.Min(limit, MostAtOnce);
    }

    private IEnumerable<(string Key, bool Descending)> ReadOrder(string[] known)
    {
        var (keys, directions) = (Given("sort_key"), Given("sort_dir"));
        if (keys.Count != directions.Count)
            throw Fault.BadRequest("The number of sort_keys and sort_dirs must be same");
        if (keys.Except(known).ToList() is { Count: > 0 } unknown)
            throw Fault.BadRequest($"{Quoted(unknown)} is invalid attribute for sort_keys");
        if (directions.Except(["asc", "desc"]).ToList() is { Count: > 0 } wrong)
            throw Fault.BadRequest(
                $"{Quoted(wrong)} is invalid value for sort_dirs, valid value is 'asc' and 'desc'");
        return keys.Zip(directions, (key, direction) => (key, direction == "desc"));
    }

    private List<string> Given(string name) => [.. parameters.All(name).Where(value => value.Length > 0)];

    private static string Quoted(IEnumerable<string> names) => $"[{string.Join(", ", names.Select(PythonText.Quote))}]";
}
