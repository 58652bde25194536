namespace Kiroku.Storage;

/// <summary>
/// How a <see cref="StorageException"/> crosses to another node: without its cause, which is of a kind that Orleans
/// cannot take along.
/// </summary>
[RegisterConverter]
internal sealed class StorageExceptionConverter : IConverter<StorageException, CrossingTrouble>
{
    public StorageException ConvertFromSurrogate(in CrossingTrouble surrogate)
        => new(surrogate.Message) { IsUndecided = surrogate.IsUndecided };

    public CrossingTrouble ConvertToSurrogate(in StorageException value) => new(value.Message, value.IsUndecided);
}

/// <summary>What the other node needs to know of a trouble with the store.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.CrossingTrouble")]
internal readonly record struct CrossingTrouble([property: Id(0)] string Message, [property: Id(1)] bool IsUndecided);
