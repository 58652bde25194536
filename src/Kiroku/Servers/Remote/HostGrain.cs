using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kiroku.Actions;
using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Orleans.Concurrency;

namespace Kiroku.Servers.Remote;

/// <summary>
/// A host as other nodes reach it, active on its own node and nowhere else. Answers come as they are made, and whoever waits
/// asks for the next: so no call is longer than messages may take, however long the work is, and one that nobody asks about
/// any more is given up.
/// </summary>
internal interface IHostGrain : IGrainWithStringKey
{
    /// <summary>Does what the call says; with a fence only while that holds.</summary>
    IAsyncEnumerable<HostNews> Run(HostCall call, Fence? fence, CancellationToken cancellationToken);

    /// <summary>A volume's bytes.</summary>
    IAsyncEnumerable<DiskPiece> Read(string volume, CancellationToken cancellationToken);
}

/// <summary>How far a call is, or at its end what came of it.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct HostNews([property: Id(0)] double? Progress, [property: Id(1)] object? Result);

[OnNode, InRole(NodeRoles.Compute), Reentrant, KeepAlive]
internal sealed class HostGrain(LocalHost host, ServerStore servers, DiskReader disks, WorkInHand work, TimeProvider time) : Grain, IHostGrain
{
    /// <summary>Connecting takes seconds, right after the node's start.</summary>
    private static readonly TimeSpan LongestConnecting = TimeSpan.FromSeconds(5);

    public async IAsyncEnumerable<HostNews> Run(HostCall call, Fence? fence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await RequireConnectedAsync(call.Operation, cancellationToken);
        if (fence is not null)
            await servers.RequireAsync(fence, cancellationToken);
        var news = Channel.CreateUnbounded<HostNews>();
        // A node that is to end waits for what others have it do, as for its own.
        work.Watch(RunAsync(call, news.Writer, cancellationToken));
        await foreach (var item in news.Reader.ReadAllAsync(cancellationToken))
            yield return item;
    }

    public IAsyncEnumerable<DiskPiece> Read(string volume, CancellationToken cancellationToken) => disks.ReadAsync(volume, cancellationToken);

    private async Task RequireConnectedAsync(string operation, CancellationToken cancellationToken)
    {
        try
        {
            await host.Hypervisor.Connected.WaitAsync(LongestConnecting, time, cancellationToken);
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
#pragma warning disable CA1031 // Whatever it is, the caller throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            news.Complete(e is StepException { InnerException: { } inner } step ? new StepException(step.Message, step.Permanent, Sendable(inner)) : e);
        }
    }

    /// <summary>Of the many kinds of exceptions few can be sent; what administrators read of one is its text.</summary>
    private static InvalidOperationException Sendable(Exception inner) => new(inner.ToString());

    private sealed class Reporter(ChannelWriter<HostNews> news) : IProgress<double>
    {
        public void Report(double value) => news.TryWrite(new HostNews(value, null));
    }
}
