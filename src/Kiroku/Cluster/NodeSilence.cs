namespace Kiroku.Cluster;

/// <summary>Tells a node that does not answer from one that answers with a failure.</summary>
internal static class NodeSilence
{
    /// <summary>
    /// Whether the exception of a call to a grain means that its node does not answer. A node's answer is never one of
    /// these, even if it says that another node does not answer.
    /// </summary>
    /// <param name="exception">What the call threw.</param>
    /// <param name="cancellationToken">The call's own token. The engine also cancels a call that nobody cancelled, if
    /// it found no place for the grain within the call's time, as while the node that keeps the grain's place is
    /// frozen.</param>
    public static bool IsSilence(this Exception exception, CancellationToken cancellationToken)
        => exception is NodeMissingException or OrleansException or TimeoutException or EnumerationAbortedException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
