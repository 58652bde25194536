using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kiroku.Actions;
using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Orleans.Concurrency;

namespace Kiroku.Servers.Remote;

/// <summary>Takes the calls of other nodes to this node's host.</summary>
[OnNode, InRole(NodeRoles.Compute), Reentrant, KeepAlive]
internal sealed class HostGrain(
    LocalHost host, IHypervisor hypervisor, ServerStore servers, DiskReader disks, WorkInHand work, TimeProvider time)
    : Grain, IHostGrain
{
    /// <summary>The longest wait for the hypervisor. Connecting takes seconds right after the node's start.</summary>
    private static readonly TimeSpan LongestConnecting = TimeSpan.FromSeconds(5);

    public async IAsyncEnumerable<HostNews> Run(
        HostCall call, Fence? fence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await RequireConnectedAsync(call.Operation, cancellationToken);
        if (fence is not null)
            await servers.RequireAsync(fence, cancellationToken);
        var news = Channel.CreateUnbounded<HostNews>();
        // A node that is stopping waits for other nodes' calls as it waits for its own work.
        work.Watch(RunAsync(call, news.Writer, cancellationToken));
        await foreach (var item in news.Reader.ReadAllAsync(cancellationToken))
            yield return item;
    }

    public IAsyncEnumerable<DiskPiece> Read(string volume, CancellationToken cancellationToken)
        => disks.ReadAsync(volume, cancellationToken);

    private async Task RequireConnectedAsync(string operation, CancellationToken cancellationToken)
    {
        try
        {
            await hypervisor.Connected.WaitAsync(LongestConnecting, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new HypervisorException(HypervisorFailure.Unavailable, operation, "the hypervisor is not connected");
        }
    }

    private async Task RunAsync(HostCall call, ChannelWriter<HostNews> news, CancellationToken cancellationToken)
    {
        try
        {
            var result = await call.RunAsync(host, new Reporter(news), cancellationToken);
            news.TryWrite(new HostNews(null, result));
            news.Complete();
        }
#pragma warning disable CA1031 // The caller throws the exception, of whatever type.
        catch (Exception e)
#pragma warning restore CA1031
        {
            news.Complete(Sendable(e));
        }
    }

    /// <summary>
    /// Few types of exceptions can cross between nodes. The reason of a failed step crosses as text, which is what
    /// administrators read.
    /// </summary>
    private static Exception Sendable(Exception e) => e is StepException { InnerException: { } reason } step
        ? new StepException(step.Message, step.Permanent, new InvalidOperationException(reason.ToString()))
        {
            ReasonCode = step.ReasonCode,
        }
        : e;

    private sealed class Reporter(ChannelWriter<HostNews> news) : IProgress<double>
    {
        public void Report(double value) => news.TryWrite(new HostNews(value, null));
    }
}
