namespace Kiroku.Servers.Remote;

/// <summary>
/// Something that a host is asked to do by another node: one of <see cref="IServerHost"/>'s calls as a message. Nodes
/// of two versions may talk to each other: the kinds and their members are only ever added to.
/// </summary>
[GenerateSerializer, Immutable]
internal abstract record HostCall
{
    /// <summary>What is being done, one of <see cref="Hypervisors.Operations"/>.</summary>
    public abstract string Operation { get; }

    /// <summary>Does it on its host.</summary>
    /// <returns>The call's result; null for those that have none.</returns>
    public abstract Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken);

    protected static async Task<object?> Done(Task call)
    {
        await call;
        return null;
    }

    protected static async Task<object?> Result<T>(Task<T> call) => await call;
}
