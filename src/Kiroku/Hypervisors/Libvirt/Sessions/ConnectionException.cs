namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>A failure to connect: there is no connection, so the call did not begin.</summary>
internal sealed class ConnectionException(HypervisorFailure failure, string message, Exception inner)
    : Exception(message, inner)
{
    public HypervisorFailure Failure { get; } = failure;

    public HypervisorException As(string operation) => new(Failure, operation, Message, this);
}
