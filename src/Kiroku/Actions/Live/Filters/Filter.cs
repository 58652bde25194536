namespace Kiroku.Actions.Live.Filters;

/// <summary>
/// A filter as it was understood: a tree of conditions, each on a field of the right type. An action fulfils it or does
/// not, there is no third: a condition on what an action does not have is not fulfilled, and its opposite is.
/// </summary>
internal abstract record Filter;

/// <summary>Fulfilled if all of these are (AND).</summary>
internal sealed record AllOf(IReadOnlyList<Filter> Parts) : Filter;

/// <summary>Fulfilled if one of these is (OR).</summary>
internal sealed record AnyOf(IReadOnlyList<Filter> Parts) : Filter;

/// <summary>Fulfilled if the other is not (NOT, - and !=).</summary>
internal sealed record Not(Filter Part) : Filter;

/// <summary>The field has a value (<c>field:*</c>).</summary>
internal sealed record IsThere(FilterField Field) : Filter;

/// <summary>A text of the field, or of any attempt, is this one, begins with it, or has it in it in any case.</summary>
internal sealed record TextCondition(TextField Field, TextTest Test, string Value) : Filter;

/// <summary>A time or number of the field compares so with this one.</summary>
internal sealed record NumberCondition(NumberField Field, NumberTest Test, long Value) : Filter;

/// <summary>The field is true, or false.</summary>
internal sealed record TruthCondition(TruthField Field, bool Value) : Filter;

internal enum TextTest
{
    Equal,
    BeginsWith,
    Contains,
}

internal enum NumberTest
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
