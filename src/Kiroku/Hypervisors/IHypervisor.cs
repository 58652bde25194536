namespace Kiroku.Hypervisors;

/// <summary>
/// This node's own hypervisor: the calls that every host takes, and those that a host takes only on its own node.
/// </summary>
public interface IHypervisor : IMachineHost
{
    /// <summary>The short name of the kind of hypervisor, as shown to administrators: "QEMU" or "test".</summary>
    string Kind { get; }

    /// <summary>False when nothing real runs (libvirt's own mock).</summary>
    bool IsReal { get; }

    /// <summary>Completes once the first connection stands; faults if it never can (no such URI).</summary>
    Task Connected { get; }

    /// <summary>All of the host's processors, memory and disk, free or not.</summary>
    Task<HostCapacity> GetCapacityAsync(CancellationToken cancellationToken);

    /// <summary>The network that machines are put on, with all that is known of it at this moment.</summary>
    Task<HostNetwork> GetNetworkAsync(CancellationToken cancellationToken);

    /// <summary>The hardware that the host can give its machines.</summary>
    Task<HostAbilities> GetAbilitiesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Has a machine's card let through what the filter says from now on, whether the machine runs or not. Does nothing
    /// where there is no such machine, or it has no card.
    /// </summary>
    Task FilterAsync(Guid machine, CardFilter filter, CancellationToken cancellationToken);

    /// <summary>The machines on this host that Kiroku defined, with their states.</summary>
    Task<IReadOnlyDictionary<Guid, MachineState>> ListMachinesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The changes of machines' states, whatever their cause; <see cref="MachineChange.Lost"/> after a connection was
    /// lost and stands again, when anything may have changed unseen, and once more a little later. For one reader.
    /// </summary>
    IAsyncEnumerable<MachineChange> WatchAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes a volume with the file's content, as a base for <see cref="IMachineHost.CreateOverlayAsync"/>. A volume
    /// that has that name already stays as it is. Half a copy is never left under the volume's name.
    /// </summary>
    Task ImportVolumeAsync(
        string volume, string file, VolumeFormat format, IProgress<double>? progress,
        CancellationToken cancellationToken);

    /// <summary>
    /// The format and sizes of a volume's content, before it is exported; a volume that is missing or half made fails.
    /// </summary>
    Task<VolumeContent> DescribeVolumeAsync(string volume, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a volume of the stream's bytes, up to its end; replaces one of that name. Half of it is never left under
    /// the volume's name. A stream that throws, or ends with something else than was announced, fails it.
    /// </summary>
    Task ReceiveVolumeAsync(
        string volume, VolumeContent content, Stream bytes, IProgress<double>? progress,
        CancellationToken cancellationToken);
}
