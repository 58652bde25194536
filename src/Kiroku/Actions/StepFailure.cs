namespace Kiroku.Actions;

/// <summary>
/// What an event records of an exception: a sentence for the owner, a reason for programs, and whether another attempt
/// could end otherwise.
/// </summary>
internal readonly record struct StepFailure(string Details, string ReasonCode, bool Permanent)
{
    public static StepFailure Of(Exception exception) => exception switch
    {
        StepException known => new StepFailure(
            known.Message, known.ReasonCode ?? ReasonCodes.Unknown, known.Permanent),
        // An inner step that used up its attempts makes its outer step fail for good.
        StepFailedException inner => new StepFailure(
            inner.Details, inner.ReasonCode ?? ReasonCodes.Unknown, Permanent: true),
        // As in Nova, the owner learns only the type of an unforeseen exception.
        _ => new StepFailure(exception.GetType().Name, ReasonCodes.InternalError, Permanent: false),
    };
}
