using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Machines;

/// <summary>
/// A host as workflows use it, this node's or another's: its machines and disks, and all work that must be done there.
/// </summary>
internal interface IServerHost
{
    string Name { get; }

    IMachineHost Hypervisor { get; }

    /// <summary>Whether disks outlive the service. Libvirt's mock forgets them, and has no bytes in any.</summary>
    bool KeepsDisks { get; }

    /// <summary>
    /// Checks that an image is a disk of at most that many bytes, and imports its content as a volume.
    /// </summary>
    /// <exception cref="StepException">Permanent: there is no such image, it is no disk, or it is larger.</exception>
    Task<ImageDisk> PrepareImageAsync(string imageId, long mostBytes, CancellationToken cancellationToken);

    /// <summary>Copies a volume of another host to this one, under the same name; replaces one that is here.</summary>
    Task ReceiveDiskAsync(
        string from, string volume, IProgress<double>? progress, CancellationToken cancellationToken);
}
