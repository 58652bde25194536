namespace Kiroku.Hypervisors;

/// <summary>
/// How a <see cref="HypervisorException"/> crosses to another node: without what lies beneath it. Orleans cannot take
/// along every exception there is, and one that it cannot take would arrive in place of the failure itself.
/// </summary>
[RegisterConverter]
internal sealed class HypervisorExceptionConverter : IConverter<HypervisorException, CrossingFailure>
{
    public HypervisorException ConvertFromSurrogate(in CrossingFailure surrogate)
        => new(surrogate.Failure, surrogate.Operation, surrogate.Text);

    public CrossingFailure ConvertToSurrogate(in HypervisorException value)
        => new(value.Failure, value.Operation, value.Text);
}

/// <summary>What the other node needs to know of a failure.</summary>
[GenerateSerializer, Immutable, Alias("Kiroku.CrossingFailure")]
internal readonly record struct CrossingFailure(
    [property: Id(0)] HypervisorFailure Failure, [property: Id(1)] string Operation, [property: Id(2)] string Text);
