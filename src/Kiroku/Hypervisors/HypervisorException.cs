namespace Kiroku.Hypervisors;

/// <summary>The kinds of failure of a hypervisor.</summary>
[GenerateSerializer, Alias("Kiroku.HypervisorFailure")]
public enum HypervisorFailure
{
    /// <summary>No connection, or none in time: worth another try.</summary>
    Unavailable,

    /// <summary>The hypervisor tried and failed; the next try may succeed.</summary>
    Failed,

    /// <summary>No room for the volume: the pool is full.</summary>
    NoSpace,

    /// <summary>The hypervisor cannot do this at all, now or later.</summary>
    NotSupported,

    /// <summary>The host's node does not answer, even after a wait.</summary>
    Away,
}

/// <summary>
/// A hypervisor's failure. <see cref="Operation"/> says in our words what was being done ("start the machine") and is
/// fit for the server's owner; the message adds the hypervisor's own text, which is for administrators.
/// </summary>
public sealed class HypervisorException(
    HypervisorFailure failure, string operation, string text, Exception? inner = null)
    : Exception($"Cannot {operation}: {text}", inner)
{
    public HypervisorFailure Failure { get; } = failure;

    public string Operation { get; } = operation;

    /// <summary>Whether it began, but was not done in time.</summary>
    public bool IsLate { get; init; }

    /// <summary>The reason, mostly in the hypervisor's own words.</summary>
    public string Text { get; } = text;
}
