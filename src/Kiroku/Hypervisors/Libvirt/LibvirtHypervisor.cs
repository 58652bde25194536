using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Jobs;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Hypervisors.Libvirt.Sessions;
using Kiroku.Hypervisors.Libvirt.Volumes;

namespace Kiroku.Hypervisors.Libvirt;

/// <summary>The machines and disks of one host, through its libvirt daemon.</summary>
internal sealed partial class LibvirtHypervisor : IHypervisor, ISessionListener, IAsyncDisposable
{
    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(5);

    private readonly Channel<MachineChange> changes =
        Channel.CreateUnbounded<MachineChange>(new UnboundedChannelOptions { SingleReader = true });

    private readonly MachineSignals signals = new();
    private readonly CardFilters filters = new();
    private readonly LibvirtOptions options;
    private readonly MachineNetwork network;
    private readonly LibvirtConnection connection;
    private readonly ConsoleFiles consoles;
    private readonly JobRunner jobs;
    private readonly MachineShutdown shutdown;
    private readonly VolumeJobs volumes;
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
        jobs = new JobRunner(connection, time, logger);
        shutdown = new MachineShutdown(connection, signals, options, time, logger);
        volumes = new VolumeJobs(jobs, options, time);
        if (IsReal)
            _ = new NetworkWarnings(connection, network, logger).WarnAsync();
        trimming = time.CreateTimer(_ => consoles.TrimAll(), null, TrimInterval, TrimInterval);
    }

    public string Kind => IsReal ? "QEMU" : "test";

    public bool IsReal { get; }

    public Task Connected => connection.Connected;

    public Task<HostCapacity> GetCapacityAsync(CancellationToken cancellationToken)
        => jobs.RunAsync(new Job("measure the host", options.CallTimeout), Measure, cancellationToken);

    public async Task<HostNetwork> GetNetworkAsync(CancellationToken cancellationToken)
    {
        if (network.Kind is not (NetworkKind.Libvirt or NetworkKind.Bridge))
            return OwnNetworks.Of(network) with { WhyUnfiltered = FilterLookup.OwnNetwork };
        try
        {
            return await jobs.RunAsync(
                new Job("look at the network", options.CallTimeout),
                session => NetworkLookup.Of(session, network),
                cancellationToken);
        }
        catch (HypervisorException)
        {
            // Kind and name are the setting's, whatever libvirt knows of its networks at the moment.
            return new HostNetwork(network.Kind, network.Name);
        }
    }

    public Task<HostAbilities> GetAbilitiesAsync(CancellationToken cancellationToken)
        => jobs.RunAsync(
            new Job("look at the host's hardware", options.CallTimeout), AbilityLookup.Of, cancellationToken);

    public async IAsyncEnumerable<MachineChange> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
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

    void ISessionListener.SessionClosed(Session session)
    {
        filters.Forget(machine: null);
        connection.Lose(session);
    }

    private static HostCapacity Measure(Session session)
    {
        LibvirtException.Check(Native.virNodeGetInfo(session.Connect, out var node));
        var (bytes, free) = PoolRoom.Of(session);
        var version = AbilityLookup.VersionOf(session);
        return new HostCapacity((int)node.Processors, (long)node.MemoryKiB / 1024, bytes, free, version);
    }
}
