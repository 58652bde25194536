namespace Kiroku.Actions.Live.Filters;

/// <summary>A condition that a filter's words stand for, or what is wrong with its operator or value.</summary>
internal readonly record struct FilterCondition(Filter? Condition, string? Complaint = null, bool IsAboutValue = true)
{
    /// <summary>Makes the condition of a field, an operator (<c>!=</c> aside) and a value.</summary>
    /// <param name="field">The field.</param>
    /// <param name="sign">The operator.</param>
    /// <param name="value">The value, without the star that ends it where it is but the beginning of one.</param>
    public static FilterCondition Make(FilterField field, string sign, (string Text, bool IsBeginning) value)
        => field switch
        {
            TextField text => Make(text, sign, value),
            NumberField number => Make(number, sign, value),
            TruthField truth => Make(truth, sign, value),
            _ => throw new ArgumentException($"{field} is no kind of field that is known here.", nameof(field)),
        };

    private static FilterCondition Make(TextField field, string sign, (string Text, bool IsBeginning) value)
    {
        if (sign is not ("=" or ":"))
            return Wrong($"{field.Name} has no order: it takes =, != and :.");
        if (field.IsSearchedOnly && sign != ":")
            return Wrong($"{field.Name} takes : alone.");
        if (field.Words.Count > 0)
            return !value.IsBeginning && field.Words.Contains(value.Text)
                ? new(new TextCondition(field, TextTest.Equal, value.Text))
                : new(null, $"{field.Name} is one of {string.Join(", ", field.Words)}.");
        var test = value.IsBeginning ? TextTest.BeginsWith : sign == ":" ? TextTest.Contains : TextTest.Equal;
        return new(new TextCondition(field, test, value.Text));
    }

    private static FilterCondition Make(NumberField field, string sign, (string Text, bool IsBeginning) value)
    {
        NumberTest? test = sign switch
        {
            "=" => NumberTest.Equal,
            "<" => NumberTest.Less,
            "<=" => NumberTest.LessOrEqual,
            ">" => NumberTest.Greater,
            ">=" => NumberTest.GreaterOrEqual,
            _ => null,
        };
        if (test is null)
            return Wrong($"{field.Name} takes = != < <= > >=, and : only before *.");
        return !value.IsBeginning && field.Parse(value.Text) is { } number
            ? new(new NumberCondition(field, test.Value, number))
            : new(null, $"{field.Name} compares with {field.Wanted}.");
    }

    private static FilterCondition Make(TruthField field, string sign, (string Text, bool IsBeginning) value)
    {
        if (sign != "=")
            return Wrong($"{field.Name} takes = and !=.");
        return value is ("true" or "false", false)
            ? new(new TruthCondition(field, value.Text == "true"))
            : new(null, $"{field.Name} is true or false.");
    }

    private static FilterCondition Wrong(string complaint) => new(null, complaint, IsAboutValue: false);
}
