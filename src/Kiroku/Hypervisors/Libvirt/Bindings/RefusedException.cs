namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <summary>A refusal of our own, before libvirt would fail.</summary>
internal sealed class RefusedException(HypervisorFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public HypervisorFailure Failure { get; } = failure;

    /// <summary>What could not be done, where the owner is to read more than the job's own words.</summary>
    public string? Operation { get; init; }
}
