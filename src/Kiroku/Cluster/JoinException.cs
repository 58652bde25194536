namespace Kiroku.Cluster;

/// <summary>Says in one sentence why this node cannot join the others.</summary>
internal sealed class JoinException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether a program that is not of this service answers at a member's address.</summary>
    public bool IsOfStranger { get; init; }
}
