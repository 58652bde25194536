using System.Text;
using System.Text.Json.Serialization;

namespace Kiroku.Ui.Actions.Lists;

/// <summary>Why the API refused a list: its problem document.</summary>
/// <param name="Type">A URN.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="Column">Where in the filter, in characters from 1; null if it is not about the filter.</param>
public sealed record ProblemFacts(string? Type, string? Detail, int? Column)
{
    /// <summary>A filter before, at and after the place that is wrong; null if it is not about the filter.</summary>
    public (string Before, string At, string After)? Place(string filter)
    {
        if (Column is not { } column)
            return null;
        var runes = filter.EnumerateRunes().ToList();
        var begin = Math.Clamp(column - 1, 0, runes.Count);
        var end = begin;
        while (end < runes.Count && (end == begin || !Rune.IsWhiteSpace(runes[end])))
            end++;
        return (Text(runes[..begin]), Text(runes[begin..end]), Text(runes[end..]));
    }

    private static string Text(List<Rune> runes) => string.Concat(runes);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProblemFacts))]
internal sealed partial class ProblemJson : JsonSerializerContext;
