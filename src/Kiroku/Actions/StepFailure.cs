namespace Kiroku.Actions;

/// <summary>
/// What an event says of an exception: a sentence for the owner, and whether another attempt could end otherwise.
/// </summary>
internal readonly record struct StepFailure(string Details, bool Permanent)
{
    public static StepFailure Of(Exception exception) => exception switch
    {
        StepException known => new StepFailure(known.Message, known.Permanent),
        // An inner step that used up its attempts makes its outer step fail for good.
        StepFailedException inner => new StepFailure(inner.Details, Permanent: true),
        // Like Nova: of an unforeseen exception the owner learns the kind and no more.
        _ => new StepFailure(exception.GetType().Name, Permanent: false),
    };
}
