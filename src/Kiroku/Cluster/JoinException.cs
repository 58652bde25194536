namespace Kiroku.Cluster;

/// <summary>This node cannot join the others, in one sentence.</summary>
internal sealed class JoinException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether somebody answers at a member's address who does not belong to the service.</summary>
    public bool IsOfStranger { get; init; }
}
