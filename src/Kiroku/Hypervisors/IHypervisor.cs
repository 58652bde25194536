namespace Kiroku.Hypervisors;

/// <summary>
/// This node's own hypervisor: a host's machines and disks, and what is asked of it on its node only.
/// </summary>
public interface IHypervisor : IMachineHost
{
    /// <summary>Short name of what runs the machines, as shown to administrators: "QEMU" or "test".</summary>
    string Kind { get; }

    /// <summary>False when nothing real runs (libvirt's own mock).</summary>
    bool IsReal { get; }

    /// <summary>Ends once the first connection stands; faults when it never can (no such URI).</summary>
    Task Connected { get; }

    /// <summary>What the host has in all.</summary>
    Task<HostCapacity> GetCapacityAsync(CancellationToken cancellationToken);

    /// <summary>Every machine of ours on this host. Machines that Kiroku did not define are left out.</summary>
    Task<IReadOnlyDictionary<Guid, MachineState>> ListMachinesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Machines that changed state by whatever cause, ours or not; <see cref="MachineChange.Lost"/> after a connection
    /// was lost and stands again, when anything may have changed unseen, and once more a little later. For one reader.
    /// </summary>
    IAsyncEnumerable<MachineChange> WatchAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes a volume whose content is the file's: the base that <see cref="IMachineHost.CreateOverlayAsync"/> stands
    /// on. One of that name that is there stays as it is. Half a copy is never left under the volume's name.
    /// </summary>
    Task ImportVolumeAsync(
        string volume, string file, VolumeFormat format, IProgress<double>? progress,
        CancellationToken cancellationToken);

    /// <summary>
    /// What a volume's content is, before it is exported; a volume that is missing or half made fails.
    /// </summary>
    Task<VolumeContent> DescribeVolumeAsync(string volume, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a volume whose file's content is the stream's, up to its end; replaces one of that name. Half of it is
    /// never left under the volume's name. A stream that throws, or ends with something else than was announced, fails
    /// it.
    /// </summary>
    Task ReceiveVolumeAsync(
        string volume, VolumeContent content, Stream bytes, IProgress<double>? progress,
        CancellationToken cancellationToken);
}
