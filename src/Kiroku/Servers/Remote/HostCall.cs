using Kiroku.Servers.Machines;

namespace Kiroku.Servers.Remote;

/// <summary>
/// A message by which a node asks another node's host to do something: one of <see cref="IServerHost"/>'s calls.
/// Because nodes of two versions may talk to each other, kinds and members are only ever added.
/// </summary>
[GenerateSerializer, Immutable]
internal abstract record HostCall
{
    /// <summary>The operation in words, one of <see cref="Hypervisors.Operations"/>.</summary>
    public abstract string Operation { get; }

    /// <summary>Makes the call on its host.</summary>
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
