namespace Kiroku.Actions.Live.Filters;

/// <summary>
/// What a filter requires of the columns that have an index, so that a walk reads less than everything. It may let
/// through more than the filter, never less: each action that is read is still compared with the filter itself.
/// </summary>
internal static class FilterWalk
{
    public static RecordWalk Narrow(this RecordWalk walk, Filter? filter)
    {
        if (filter is null)
            return walk;
        var outcomes = Possible(filter, isMeant: true);
        return walk with
        {
            Request = Required(filter, TextField.RequestId).FirstOrDefault(),
            Server = Required(filter, TextField.ServerId).Select(Parse).FirstOrDefault(id => id is not null),
            Which = outcomes.All(outcome => outcome == Outcomes.Running) ? RecordedWhich.Running
                : outcomes.All(Outcomes.IsError) ? RecordedWhich.Failed
                : RecordedWhich.All,
        };
    }

    /// <summary>The texts that a field must have if the filter is fulfilled.</summary>
    private static IEnumerable<string> Required(Filter filter, TextField field) => filter switch
    {
        AllOf all => all.Parts.SelectMany(part => Required(part, field)),
        TextCondition { Test: TextTest.Equal } text when text.Field == field => [text.Value],
        _ => [],
    };

    /// <summary>The outcomes that an action may have which fulfils the filter, or which does not.</summary>
    private static IEnumerable<string> Possible(Filter filter, bool isMeant) => filter switch
    {
        Not not => Possible(not.Part, !isMeant),
        AllOf all when isMeant => Common(all.Parts, isMeant),
        AllOf all => all.Parts.SelectMany(part => Possible(part, isMeant)),
        AnyOf any when isMeant => any.Parts.SelectMany(part => Possible(part, isMeant)),
        AnyOf any => Common(any.Parts, isMeant),
        TextCondition text when text.Field == TextField.Outcome
            => Outcomes.All.Where(outcome => (outcome == text.Value) == isMeant),
        TruthCondition truth when truth.Field == TruthField.Done
            => Outcomes.All.Where(outcome => (outcome != Outcomes.Running == truth.Value) == isMeant),
        _ => Outcomes.All,
    };

    private static IEnumerable<string> Common(IEnumerable<Filter> parts, bool isMeant)
        => parts.Select(part => Possible(part, isMeant)).Aggregate((one, other) => one.Intersect(other));

    private static Guid? Parse(string id) => Guid.TryParseExact(id, "D", out var parsed) ? parsed : null;
}
