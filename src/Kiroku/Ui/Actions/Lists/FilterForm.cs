using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiroku.Ui.Actions.Lists;

/// <summary>
/// A filter as a form shows it. Each of its fields is one condition of the text; conditions that no field can show stay
/// as they were typed, so that the form never loses what the text says. An empty field asks for nothing.
/// </summary>
public sealed partial record FilterForm
{
    /// <summary>The conditions that fields stand for: the field, how it compares, and what it is called here.</summary>
    private static readonly (string Name, string Field, string Sign)[] Conditions =
    [
        ("outcome", "outcome", "="), ("action", "action", "="), ("server", "server.name", ":"),
        ("server", "server.id", "="), ("user", "user_id", "="), ("from", "start_time", ">="), ("to", "start_time", "<"),
        ("reason", "attempts.reason_code", "="), ("warning", "warnings.code", "="), ("seconds", "duration_ms", ">="),
    ];

    /// <summary>What was typed, by the fields' names.</summary>
    private IReadOnlyDictionary<string, string> Typed { get; init; } = new Dictionary<string, string>();

    /// <summary>The conditions that no field shows, in the text's order.</summary>
    public IReadOnlyList<string> Rest { get; private init; } = [];

    /// <summary>What stands in a field; empty for nothing.</summary>
    public string this[string name] => Typed.GetValueOrDefault(name, "");

    /// <summary>The form that shows a filter.</summary>
    public static FilterForm Of(string text)
    {
        var (typed, rest) = (new Dictionary<string, string>(), new List<string>());
        foreach (var part in FilterText.Split(text))
        {
            if (Read(part) is not { } condition || !typed.TryAdd(condition.Name, condition.Value))
                rest.Add(part);
        }
        return new FilterForm { Typed = typed, Rest = rest };
    }

    /// <summary>The form as a browser sends it.</summary>
    internal static FilterForm Of(IQueryCollection query)
    {
        var typed = Conditions.Select(condition => condition.Name).Distinct()
            .ToDictionary(name => name, name => query[name].ToString().Trim());
        var rest = query["rest"].Where(part => !string.IsNullOrWhiteSpace(part)).Select(part => part!.Trim()).ToList();
        var (field, sign) = (query["field"].ToString(), query["operator"].ToString());
        if (Further(field, sign, query["value"].ToString().Trim()) is { } further)
            rest.Add(further);
        return new FilterForm { Typed = typed, Rest = rest };
    }

    /// <summary>The filter.</summary>
    public string Text() => FilterText.Join(
        [.. Conditions.Select(condition => Write(condition, this[condition.Name])).OfType<string>(), .. Rest]);

    /// <summary>The filter with another value in one field, or with none.</summary>
    public string With(string name, string value)
        => (this with { Typed = new Dictionary<string, string>(Typed) { [name] = value } }).Text();

    /// <summary>The filter without one of the conditions that no field shows.</summary>
    public string Without(int index)
        => (this with { Rest = [.. Rest.Where((_, at) => at != index)] }).Text();

    /// <summary>Any condition: what the fields above do not ask for.</summary>
    private static string? Further(string field, string sign, string value) => (field, sign, value) switch
    {
        ("", _, _) => null,
        (_, "*", _) => $"{field}:*",
        (_, _, "") => null,
        _ => $"{field} {sign} {FilterText.Quote(value, hasStar: sign is "=" or "!=")}",
    };

    private static string? Write((string Name, string Field, string Sign) condition, string value)
    {
        var isId = Guid.TryParseExact(value, "D", out _);
        if (value.Length == 0 || (condition.Name == "server" && isId != (condition.Field == "server.id")))
            return null;
        var written = condition.Name switch
        {
            "from" or "to" when Minute().IsMatch(value) => $"{value}Z",
            "seconds" when decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var seconds) && seconds < long.MaxValue / 1000 => $"{(long)(seconds * 1000)}",
            _ => FilterText.Quote(value),
        };
        return $"{condition.Field} {condition.Sign} {written}";
    }

    /// <summary>The field that shows a condition; null if none can.</summary>
    private static (string Name, string Value)? Read(string part)
    {
        var found = Condition().Match(part);
        if (!found.Success || FilterText.Unquote(found.Groups["value"].Value) is not { } value)
            return null;
        var condition = Conditions.FirstOrDefault(condition => condition.Field == found.Groups["field"].Value
            && condition.Sign == found.Groups["sign"].Value);
        // What the field would not write like that, as a name that is an id, stays as it is.
        return Shown(condition.Name, value) is { } shown
            && Write(condition, shown.Value) == $"{condition.Field} {condition.Sign} {found.Groups["value"].Value}"
            ? shown : null;
    }

    private static (string Name, string Value)? Shown(string? name, string value) => name switch
    {
        null => null,
        "outcome" when !RecordWords.Outcomes.Contains(value) => null,
        "action" when !RecordWords.Actions.Contains(value) => null,
        "reason" when !RecordWords.Reasons.Contains(value) => null,
        "warning" when !RecordWords.Warnings.Contains(value) => null,
        "from" or "to" => value.EndsWith('Z') && Minute().IsMatch(value[..^1]) ? (name, value[..^1]) : null,
        "seconds" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (name, (number / 1000m).ToString("0.###", CultureInfo.InvariantCulture)) : null,
        _ => (name, value),
    };

    /// <summary>How browsers write what is chosen in a field for times.</summary>
    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?\z")]
    private static partial Regex Minute();

    [GeneratedRegex("""^(?<field>[a-z_.]+)\s*(?<sign>!=|<=|>=|=|<|>|:)\s*(?<value>[^\s()"'=<>!]+|"([^"\\]|\\.)*")\z""",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Condition();
}
