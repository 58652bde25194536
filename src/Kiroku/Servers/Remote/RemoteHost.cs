using Kiroku.Actions;
using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;

namespace Kiroku.Servers.Remote;

/// <summary>Another node's host: each call is a message to its grain.</summary>
internal sealed partial class RemoteHost(string name, IGrainFactory grains, Fence? fence, HostPatience patience)
    : IServerHost, IMachineHost
{
    public string Name => name;

    public IMachineHost Hypervisor => this;

    public bool KeepsDisks => true;

    private IHostGrain Grain => grains.GetNodeGrain<IHostGrain>(name);

    public Task<ImageDisk> PrepareImageAsync(string imageId, long mostBytes, CancellationToken cancellationToken)
        => SendAsync<ImageDisk>(new PrepareImage(imageId, mostBytes), cancellationToken);

    public Task ReceiveDiskAsync(
        string from, string volume, IProgress<double>? progress, CancellationToken cancellationToken)
        => SendAsync<object?>(new ReceiveDisk(from, volume), progress, cancellationToken);

    private Task SendAsync(HostCall call, CancellationToken cancellationToken)
        => SendAsync<object?>(call, cancellationToken);

    private Task<T> SendAsync<T>(HostCall call, CancellationToken cancellationToken)
        => SendAsync<T>(call, progress: null, cancellationToken);

    private Task<T> SendAsync<T>(HostCall call, IProgress<double>? progress, CancellationToken cancellationToken)
        => patience.RunAsync(name, call.Operation, async () =>
        {
            await foreach (var news in Grain.Run(call, fence, cancellationToken).WithCancellation(cancellationToken))
            {
                if (news.Progress is not { } share)
                    return (T)news.Result!;
                progress?.Report(share);
            }
            throw new OrleansException($"{name} ended the call without a result.");
        }, cancellationToken);
}

[GenerateSerializer, Immutable, Alias("host.prepare-image")]
internal sealed record PrepareImage([property: Id(0)] string ImageId, [property: Id(1)] long MostBytes) : HostCall
{
    public override string Operation => Operations.ImportVolume;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Result(host.PrepareImageAsync(ImageId, MostBytes, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.receive-disk")]
internal sealed record ReceiveDisk([property: Id(0)] string From, [property: Id(1)] string Volume) : HostCall
{
    public override string Operation => Operations.ReceiveVolume;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.ReceiveDiskAsync(From, Volume, progress, cancellationToken));
}
