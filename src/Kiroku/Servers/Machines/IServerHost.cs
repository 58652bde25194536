using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Servers.Machines;

/// <summary>
/// A host as workflows use it, near or far: its machines and disks, and what must be done where they are.
/// </summary>
internal interface IServerHost
{
    string Name { get; }

    IMachineHost Hypervisor { get; }

    /// <summary>
    /// Requires that an image can be a disk of at most that many bytes, and imports its content as a volume.
    /// </summary>
    /// <exception cref="StepException">Permanent: there is no such image, it is no disk, or it is larger.</exception>
    Task<ImageDisk> PrepareImageAsync(string imageId, long mostBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a volume of the content that one of the same name has on another host; replaces one of that name.
    /// </summary>
    Task ReceiveDiskAsync(
        string from, string volume, IProgress<double>? progress, CancellationToken cancellationToken);
}
