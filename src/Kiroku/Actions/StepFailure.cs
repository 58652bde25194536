namespace Kiroku.Actions;

/// <summary>
/// The details that an event records of an exception: a sentence for the owner, and whether another attempt could end
/// otherwise.
/// </summary>
internal readonly record struct StepFailure(string Details, bool Permanent)
{
    public static StepFailure Of(Exception exception) => exception switch
    {
        StepException known => new StepFailure(known.Message, known.Permanent),
        // An inner step that used up its attempts makes its outer step fail for good.
        StepFailedException inner => new StepFailure(inner.Details, Permanent: true),
        // As in Nova, the owner learns only the type of an unforeseen exception.
        _ => new StepFailure(exception.GetType().Name, Permanent: false),
    };
}
