using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;

namespace Kiroku.Servers.Remote;

/// <summary>This node's own host.</summary>
internal sealed class LocalHost(
    IHypervisor hypervisor, ServerImages images, DiskTransfer transfer, ServiceSettings settings) : IServerHost
{
    public string Name => settings.Host;

    public IMachineHost Hypervisor => hypervisor;

    public bool KeepsDisks => hypervisor.IsReal;

    /// <summary>All of the host's processors, memory and disk, free or not.</summary>
    public Task<HostCapacity> GetCapacityAsync(CancellationToken cancellationToken)
        => hypervisor.GetCapacityAsync(cancellationToken);

    public async Task<ImageDisk> PrepareImageAsync(string imageId, long mostBytes, CancellationToken cancellationToken)
    {
        var disk = await images.InspectAsync(imageId, cancellationToken);
        if (mostBytes < disk.VirtualSize)
        {
            throw new StepException(
                $"Flavor's disk is too small for requested image. Flavor disk is {mostBytes} bytes, "
                + $"image is {disk.VirtualSize} bytes.", permanent: true)
            {
                ReasonCode = ReasonCodes.FlavorTooSmall,
            };
        }
        await hypervisor.ImportVolumeAsync(
            Disks.BaseOf(imageId), disk.File, disk.Format, progress: null, cancellationToken);
        return disk;
    }

    public Task ReceiveDiskAsync(
        string from, string volume, IProgress<double>? progress, CancellationToken cancellationToken)
        => transfer.ReceiveAsync(from, volume, progress, cancellationToken);
}
