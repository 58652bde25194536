using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>The machines and disks of one host, through its libvirt daemon.</summary>
internal sealed class LibvirtHypervisor : IHypervisor, ISessionListener, IAsyncDisposable
{
    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(5);

    private readonly Channel<MachineChange> changes =
        Channel.CreateUnbounded<MachineChange>(new UnboundedChannelOptions { SingleReader = true });

    private readonly MachineSignals signals = new();
    private readonly LibvirtOptions options;
    private readonly MachineNetwork network;
    private readonly LibvirtConnection connection;
    private readonly ConsoleFiles consoles;
    private readonly Work work;
    private readonly Machines machines;
    private readonly Volumes volumes;
    private readonly ITimer trimming;

    public LibvirtHypervisor(string uri, LibvirtOptions options, TimeProvider time, ILogger<LibvirtHypervisor> logger)
        : this(LibvirtTarget.At(uri), options, time, logger)
    {
    }

    public LibvirtHypervisor(
        LibvirtTarget target, LibvirtOptions options, TimeProvider time, ILogger<LibvirtHypervisor> logger)
    {
        if (!Path.IsPathFullyQualified(options.Folder))
            throw new ArgumentException($"The hypervisor's folder must be absolute: {options.Folder}", nameof(options));
        (this.options, network) = (options, MachineNetwork.Parse(options.Network));
        IsReal = target.IsReal;
        if (IsReal)
            Directory.CreateDirectory(options.ConsolesFolder);
        consoles = new ConsoleFiles(options);
        connection = new LibvirtConnection(target, options, this, time, logger);
        work = new Work(connection, time, logger);
        machines = new Machines(work, signals, consoles, options, time, logger);
        volumes = new Volumes(work, options, time);
        if (IsReal)
            _ = new NetworkWarnings(connection, network, logger).WarnAsync();
        trimming = time.CreateTimer(_ => consoles.TrimAll(), null, TrimInterval, TrimInterval);
    }

    public string Kind => IsReal ? "QEMU" : "test";

    public bool IsReal { get; }

    public Task Connected => connection.Connected;

    public Task<string?> GetMacAddressAsync(Guid machine, CancellationToken cancellationToken)
        => Task.FromResult(network.Kind == NetworkKind.None ? null : NetworkCard.MacOf(machine));

    public Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Guid machine, CancellationToken cancellationToken)
        => network.IsLeased
            ? machines.GetAddressesAsync(machine, cancellationToken)
            : Task.FromResult(Addresses.Unknown(network, machine));

    public Task<HostCapacity> GetCapacityAsync(CancellationToken cancellationToken)
        => work.RunAsync(new Job("measure the host", options.CallTimeout), Measure, cancellationToken);

    public Task<MachineState> GetStateAsync(Guid machine, CancellationToken cancellationToken)
        => machines.GetStateAsync(machine, cancellationToken);

    public async Task<IReadOnlyDictionary<Guid, MachineState>> ListMachinesAsync(CancellationToken cancellationToken)
        => await machines.ListAsync(cancellationToken);

    public Task DefineAsync(MachineSpec spec, CancellationToken cancellationToken)
        => machines.DefineAsync(spec, cancellationToken);

    public Task StartAsync(Guid machine, CancellationToken cancellationToken)
        => machines.StartAsync(machine, cancellationToken);

    public Task PauseAsync(Guid machine, CancellationToken cancellationToken)
        => machines.PauseAsync(machine, cancellationToken);

    public Task SuspendAsync(Guid machine, CancellationToken cancellationToken)
        => machines.SuspendAsync(machine, cancellationToken);

    public Task ContinueAsync(Guid machine, CancellationToken cancellationToken)
        => machines.ContinueAsync(machine, cancellationToken);

    public Task StopAsync(Guid machine, TimeSpan grace, CancellationToken cancellationToken)
        => machines.StopAsync(machine, grace, cancellationToken);

    public Task UndefineAsync(Guid machine, CancellationToken cancellationToken)
        => machines.UndefineAsync(machine, cancellationToken);

    public Task<string> ReadConsoleAsync(Guid machine, int maxBytes, CancellationToken cancellationToken)
        => work.RunAsync(
            new Job(Operations.ReadConsole, options.CallTimeout),
            abandoned => Task.Run(() => consoles.Read(machine, maxBytes), abandoned),
            cancellationToken);

    public Task<long?> GetVolumeSizeAsync(string volume, CancellationToken cancellationToken)
        => volumes.GetSizeAsync(volume, cancellationToken);

    public Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancellationToken)
        => volumes.ListAsync(cancellationToken);

    public Task ImportVolumeAsync(
        string volume, string file, VolumeFormat format, IProgress<double>? progress, CancellationToken cancellationToken)
        => volumes.ImportAsync(volume, new ImageSource(file, format), progress, cancellationToken);

    public Task WriteVolumeAsync(string volume, byte[] content, CancellationToken cancellationToken)
        => volumes.WriteAsync(volume, content, cancellationToken);

    public Task CreateOverlayAsync(
        string volume, string baseVolume, VolumeFormat baseFormat, long bytes, CancellationToken cancellationToken)
        => volumes.CreateOverlayAsync(volume, baseVolume, baseFormat, bytes, cancellationToken);

    public Task CopyVolumeAsync(
        string source, string volume, long bytes, IProgress<double>? progress, CancellationToken cancellationToken)
        => volumes.CopyAsync(source, volume, bytes, progress, cancellationToken);

    public Task SnapshotAsync(Guid machine, string source, string volume, CancellationToken cancellationToken)
        => volumes.SnapshotAsync(machine, source, volume, cancellationToken);

    public Task ExportVolumeAsync(string volume, Stream target, CancellationToken cancellationToken)
        => volumes.ExportAsync(volume, target, cancellationToken);

    public Task<VolumeContent> DescribeVolumeAsync(string volume, CancellationToken cancellationToken)
        => volumes.DescribeAsync(volume, cancellationToken);

    public Task ReceiveVolumeAsync(
        string volume, VolumeContent content, Stream bytes, IProgress<double>? progress, CancellationToken cancellationToken)
        => volumes.ReceiveAsync(volume, content, bytes, progress, cancellationToken);

    public Task DeleteVolumeAsync(string volume, CancellationToken cancellationToken)
        => volumes.DeleteAsync(volume, cancellationToken);

    public async IAsyncEnumerable<MachineChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken))
            yield return change;
    }

    public async ValueTask DisposeAsync()
    {
        await trimming.DisposeAsync();
        await connection.DisposeAsync();
        volumes.Dispose();
        changes.Writer.TryComplete();
    }

    void ISessionListener.MachineChanged(MachineChange change)
    {
        changes.Writer.TryWrite(change);
        if (change.Machine is { } machine)
            signals.Changed(machine);
    }

    void ISessionListener.SessionClosed(Session session) => connection.Lose(session);

    private static HostCapacity Measure(Session session)
    {
        LibvirtException.Check(Native.virNodeGetInfo(session.Connect, out var node));
        LibvirtException.Check(Native.virConnectGetVersion(session.Connect, out var version));
        var (bytes, free) = PoolVolumes.Room(session);
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}");
        return new HostCapacity((int)node.Processors, (long)node.MemoryKiB / 1024, bytes, free, text);
    }
}
