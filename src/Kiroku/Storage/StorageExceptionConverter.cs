namespace Kiroku.Storage;

/// <summary>
/// Carries a <see cref="StorageException"/> to another node. Its inner exception stays behind, because Orleans cannot
/// serialize that.
/// </summary>
[RegisterConverter]
internal sealed class StorageExceptionConverter : IConverter<StorageException, CrossingTrouble>
{
    public StorageException ConvertFromSurrogate(in CrossingTrouble surrogate)
        => new(surrogate.Message) { IsUndecided = surrogate.IsUndecided };

    public CrossingTrouble ConvertToSurrogate(in StorageException value) => new(value.Message, value.IsUndecided);
}

/// <summary>The part of a <see cref="StorageException"/> that another node needs.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.CrossingTrouble")]
internal readonly record struct CrossingTrouble([property: Id(0)] string Message, [property: Id(1)] bool IsUndecided);
