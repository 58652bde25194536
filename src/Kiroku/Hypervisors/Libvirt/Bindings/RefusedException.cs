namespace Kiroku.Hypervisors.Libvirt.Bindings;

/// <summary>A refusal of our own, before libvirt would fail.</summary>
internal sealed class RefusedException(HypervisorFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public HypervisorFailure Failure { get; } = failure;
}
