using System.Runtime.CompilerServices;
using Kiroku.Actions;
using Kiroku.Cluster;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Remote;

/// <summary>Another node's host: each call is a message to its grain.</summary>
internal sealed class RemoteHost(string name, IGrainFactory grains, Fence? fence, HostPatience patience) : IServerHost, IHypervisor
{
    public string Name => name;

    public IHypervisor Hypervisor => this;

    public string Kind => throw Elsewhere();

    public bool IsReal => throw Elsewhere();

    /// <summary>Each call waits by itself.</summary>
    public Task Connected => Task.CompletedTask;

    private IHostGrain Grain => grains.GetNodeGrain<IHostGrain>(name);

    public async Task<ImageDisk> PrepareImageAsync(string imageId, long mostBytes, CancellationToken cancellationToken)
        => await RunAsync<ImageDisk>(new PrepareImage(imageId, mostBytes), null, cancellationToken);

    public Task ReceiveDiskAsync(string from, string volume, IProgress<double>? progress, CancellationToken cancellationToken)
        => RunAsync(new ReceiveDisk(from, volume), progress, cancellationToken);

    public Task<string?> GetMacAddressAsync(Guid machine, CancellationToken cancellationToken)
        => RunAsync<string?>(MachineOperation.GetMacAddress, machine, cancellationToken);

    public Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Guid machine, CancellationToken cancellationToken)
        => RunAsync<IReadOnlyList<MachineAddress>>(MachineOperation.GetAddresses, machine, cancellationToken);

    public Task<HostCapacity> GetCapacityAsync(CancellationToken cancellationToken) => throw Elsewhere();

    public Task<MachineState> GetStateAsync(Guid machine, CancellationToken cancellationToken)
        => RunAsync<MachineState>(MachineOperation.GetState, machine, cancellationToken);

    public Task<IReadOnlyDictionary<Guid, MachineState>> ListMachinesAsync(CancellationToken cancellationToken) => throw Elsewhere();

    public Task DefineAsync(MachineSpec spec, CancellationToken cancellationToken) => RunAsync(new DefineMachine(spec), null, cancellationToken);

    public Task StartAsync(Guid machine, CancellationToken cancellationToken) => RunAsync<object?>(MachineOperation.Start, machine, cancellationToken);

    public Task PauseAsync(Guid machine, CancellationToken cancellationToken) => RunAsync<object?>(MachineOperation.Pause, machine, cancellationToken);

    public Task SuspendAsync(Guid machine, CancellationToken cancellationToken) => RunAsync<object?>(MachineOperation.Suspend, machine, cancellationToken);

    public Task ContinueAsync(Guid machine, CancellationToken cancellationToken) => RunAsync<object?>(MachineOperation.Continue, machine, cancellationToken);

    public Task StopAsync(Guid machine, TimeSpan grace, CancellationToken cancellationToken)
        => RunAsync(new StopMachine(machine, grace), null, cancellationToken);

    public Task UndefineAsync(Guid machine, CancellationToken cancellationToken) => RunAsync<object?>(MachineOperation.Undefine, machine, cancellationToken);

    public async Task<string> ReadConsoleAsync(Guid machine, int maxBytes, CancellationToken cancellationToken)
        => await RunAsync<string>(new ReadConsole(machine, maxBytes), null, cancellationToken);

    public Task<long?> GetVolumeSizeAsync(string volume, CancellationToken cancellationToken)
        => RunAsync<long?>(new GetVolumeSize(volume), null, cancellationToken);

    public async Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancellationToken)
        => await RunAsync<List<string>>(new ListVolumes(), null, cancellationToken);

    public Task ImportVolumeAsync(string volume, string file, VolumeFormat format, IProgress<double>? progress, CancellationToken cancellationToken)
        => throw Elsewhere();

    public Task WriteVolumeAsync(string volume, byte[] content, CancellationToken cancellationToken)
        => RunAsync(new WriteVolume(volume, content), null, cancellationToken);

    public Task CreateOverlayAsync(string volume, string baseVolume, VolumeFormat baseFormat, long bytes, CancellationToken cancellationToken)
        => RunAsync(new CreateOverlay(volume, baseVolume, baseFormat, bytes), null, cancellationToken);

    public Task CopyVolumeAsync(string source, string volume, long bytes, IProgress<double>? progress, CancellationToken cancellationToken)
        => RunAsync(new CopyVolume(source, volume, bytes), progress, cancellationToken);

    public Task SnapshotAsync(Guid machine, string source, string volume, CancellationToken cancellationToken)
        => RunAsync(new TakeSnapshot(machine, source, volume), null, cancellationToken);

    public Task ExportVolumeAsync(string volume, Stream target, CancellationToken cancellationToken)
        => HostPatience.OnceAsync("read the disk", async () =>
        {
            await foreach (var piece in Grain.Read(volume, cancellationToken).WithCancellation(cancellationToken))
            {
                if (piece.Bytes is { } bytes)
                    await target.WriteAsync(bytes, cancellationToken);
            }
            return true;
        });

    public Task ReceiveVolumeAsync(
        string volume, VolumeContent content, Stream bytes, IProgress<double>? progress, CancellationToken cancellationToken) => throw Elsewhere();

    public Task<VolumeContent> DescribeVolumeAsync(string volume, CancellationToken cancellationToken) => throw Elsewhere();

    public Task DeleteVolumeAsync(string volume, CancellationToken cancellationToken) => RunAsync(new DeleteVolume(volume), null, cancellationToken);

    public IAsyncEnumerable<MachineChange> WatchAsync(CancellationToken cancellationToken) => throw Elsewhere();

    private Task<T> RunAsync<T>(MachineOperation operation, Guid machine, CancellationToken cancellationToken)
        => RunAsync<T>(new MachineCall(operation, machine), null, cancellationToken);

    private Task RunAsync(HostCall call, IProgress<double>? progress, CancellationToken cancellationToken)
        => RunAsync<object?>(call, progress, cancellationToken);

    private Task<T> RunAsync<T>(HostCall call, IProgress<double>? progress, CancellationToken cancellationToken)
        => patience.RunAsync(name, call.Operation, async () =>
        {
            await foreach (var news in Grain.Run(call, fence, cancellationToken).WithCancellation(cancellationToken))
            {
                if (news.Progress is not { } share)
                    return (T)news.Result!;
                progress?.Report(share);
            }
            throw new OrleansException($"{name} did not say what came of it.");
        }, cancellationToken);

    private NotSupportedException Elsewhere([CallerMemberName] string member = "") => new($"{member} is asked of {name} on that node only.");
}
