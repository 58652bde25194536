using Kiroku.Api;

namespace Kiroku.Actions.Live.Filters;

/// <summary>
/// Reads filters: the part of AIP-160 (https://google.aip.dev/160) that compares fields with values. As there, OR binds
/// more tightly than AND. Docs/live-record.md describes the language.
/// </summary>
internal sealed class FilterParser
{
    /// <summary>The most characters of a filter.</summary>
    public const int MostCharacters = 2000;

    /// <summary>The most parentheses and NOTs around a condition.</summary>
    public const int MostDepth = 32;

    private readonly FilterScan scan;
    private int depth;

    private FilterParser(string text) => scan = new FilterScan(text);

    /// <returns>Null for a text without a condition, which every action fulfils.</returns>
    /// <exception cref="Fault">400: the text is no filter.</exception>
    public static Filter? Parse(string text)
    {
        var parser = new FilterParser(text);
        if (text.Length > MostCharacters)
            throw parser.scan.Refuse(
                MostCharacters, $"a filter has at most {MostCharacters} characters, and this one has {text.Length}.");
        if (parser.scan.IsAtEnd)
            return null;
        var filter = parser.All();
        return parser.scan.IsAtEnd
            ? filter
            : throw parser.Refuse($"AND, OR or the end is expected instead of {parser.scan.Rest}.");
    }

    private Filter All()
    {
        var parts = new List<Filter> { Any() };
        while (scan.TakeWord("AND"))
            parts.Add(Any());
        return parts is [var only] ? only : new AllOf(parts);
    }

    private Filter Any()
    {
        var parts = new List<Filter> { Term() };
        while (scan.TakeWord("OR"))
            parts.Add(Term());
        return parts is [var only] ? only : new AnyOf(parts);
    }

    private Filter Term()
    {
        var at = scan.Next;
        if (scan.TakeWord("NOT") || scan.Take("-"))
            return Deeper(at, () => new Not(Term()));
        if (!scan.Take("("))
            return Condition();
        return Deeper(at, () =>
        {
            var inner = All();
            return scan.Take(")") ? inner : throw Refuse($"a closing parenthesis is expected instead of {scan.Rest}.");
        });
    }

    private Filter Deeper(int at, Func<Filter> read)
    {
        if (++depth > MostDepth)
            throw scan.Refuse(at, $"more than {MostDepth} parentheses and NOTs lie within each other.");
        var filter = read();
        depth--;
        return filter;
    }

    private Filter Condition()
    {
        if (scan.IsAtEnd)
            throw Refuse("a condition is missing, as outcome = failed.");
        var at = scan.At;
        var name = scan.Name();
        if (name.Length == 0 || name is "AND" or "OR")
            throw scan.Refuse(at, $"a condition is expected, as outcome = failed, instead of {(
                name.Length == 0 ? scan.Rest : name)}.");
        if (!FilterField.All.TryGetValue(name, out var field))
            throw scan.Refuse(
                at, $"{name} is no field; there are {string.Join(", ", FilterField.All.Keys.Order())}.");
        return Condition(field, Operator(field));
    }

    private string Operator(FilterField field)
    {
        if (scan.IsOperator)
        {
            foreach (var sign in new[] { "!=", "<=", ">=", "=", "<", ">", ":" })
            {
                if (scan.Take(sign))
                    return sign;
            }
        }
        throw Refuse($"one of = != < <= > >= : is expected after {field.Name} instead of {scan.Rest}.");
    }

    private Filter Condition(FilterField field, string sign)
    {
        var operatorAt = scan.At - sign.Length;
        var (at, value, isBeginning) = scan.Value();
        if (sign == ":" && value.Length == 0 && isBeginning)
            return new IsThere(field);
        var found = FilterCondition.Make(field, sign is "!=" ? "=" : sign, (value, isBeginning));
        if (found.Complaint is { } complaint)
            throw scan.Refuse(found.IsAboutValue ? at : operatorAt, complaint);
        return sign == "!=" ? new Not(found.Condition!) : found.Condition!;
    }

    private Fault Refuse(string why) => scan.Refuse(scan.At, why);
}
