namespace Kiroku.Hypervisors;

/// <summary>
/// Sends a <see cref="HypervisorException"/> to another node without its inner exceptions: Orleans cannot send every
/// exception there is, and one that it cannot send would arrive in place of the failure itself.
/// </summary>
[RegisterConverter]
internal sealed class HypervisorExceptionConverter : IConverter<HypervisorException, CrossingFailure>
{
    public HypervisorException ConvertFromSurrogate(in CrossingFailure surrogate)
        => new(surrogate.Failure, surrogate.Operation, surrogate.Text) { IsLate = surrogate.IsLate };

    public CrossingFailure ConvertToSurrogate(in HypervisorException value)
        => new(value.Failure, value.Operation, value.Text, value.IsLate);
}

/// <summary>The parts of a failure that another node needs.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.CrossingFailure")]
internal readonly record struct CrossingFailure(
    [property: Id(0)] HypervisorFailure Failure, [property: Id(1)] string Operation, [property: Id(2)] string Text,
    [property: Id(3)] bool IsLate = false);
