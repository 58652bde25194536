namespace Kiroku.Actions.Live.Filters;

/// <summary>Whether an action that was read fulfils a filter. This alone decides what a list or stream tells.</summary>
internal static class FilterMatch
{
    public static bool Matches(this Filter filter, LiveAction action) => filter switch
    {
        AllOf all => all.Parts.All(part => part.Matches(action)),
        AnyOf any => any.Parts.Any(part => part.Matches(action)),
        Not not => !not.Part.Matches(action),
        IsThere there => there.Field.IsThere(action),
        TextCondition text => text.Field.Texts(action).Any(value => value is not null && Matches(text, value)),
        NumberCondition number => number.Field.Value(action) is { } value && Matches(number, value),
        TruthCondition truth => truth.Field.Truth(action) == truth.Value,
        _ => throw new ArgumentException($"{filter} is no kind of filter that is known here.", nameof(filter)),
    };

    /// <summary>Whether only those may use the filter who may read why an action failed.</summary>
    public static bool AsksWhy(this Filter filter) => TextField.Why.Any(filter.Uses);

    /// <summary>Whether a condition of the filter is on the field.</summary>
    public static bool Uses(this Filter filter, FilterField field) => filter switch
    {
        AllOf all => all.Parts.Any(part => part.Uses(field)),
        AnyOf any => any.Parts.Any(part => part.Uses(field)),
        Not not => not.Part.Uses(field),
        IsThere there => there.Field == field,
        TextCondition text => text.Field == field,
        NumberCondition number => number.Field == field,
        TruthCondition truth => truth.Field == field,
        _ => throw new ArgumentException($"{filter} is no kind of filter that is known here.", nameof(filter)),
    };

    private static bool Matches(TextCondition condition, string text) => condition.Test switch
    {
        TextTest.Equal => text == condition.Value,
        TextTest.BeginsWith => text.StartsWith(condition.Value, StringComparison.Ordinal),
        _ => text.Contains(condition.Value, StringComparison.OrdinalIgnoreCase),
    };

    private static bool Matches(NumberCondition condition, long value) => condition.Test switch
    {
        NumberTest.Equal => value == condition.Value,
        NumberTest.Less => value < condition.Value,
        NumberTest.LessOrEqual => value <= condition.Value,
        NumberTest.Greater => value > condition.Value,
        _ => value >= condition.Value,
    };
}
