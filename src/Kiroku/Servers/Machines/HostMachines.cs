using System.Net;
using System.Net.Sockets;
using Kiroku.Actions;
using Kiroku.ConfigDrives;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Machines;

/// <summary>
/// Calls one host in terms of servers. A failure becomes a <see cref="StepException"/> with a sentence for the server's
/// owner. Before each call, <c>require</c> stops an action that has lost its right to act.
/// </summary>
internal sealed class HostMachines(
    IServerHost host, GroupFilters groups, TimeSpan shutdownTimeout, Func<CancellationToken, Task>? require)
{
    private const long GiB = 1024L * 1024 * 1024;
    private readonly IMachineHost hypervisor = host.Hypervisor;

    public Task<IReadOnlyList<MachineAddress>> GetAddressesAsync(Server server, CancellationToken cancellationToken)
        => server.Labels.NoCard
            ? Task.FromResult<IReadOnlyList<MachineAddress>>([])
            : CallAsync(() => hypervisor.GetAddressesAsync(server.Id, cancellationToken), cancellationToken);

    public Task<MachineState> GetStateAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.GetStateAsync(server.Id, cancellationToken), cancellationToken);

    /// <summary>
    /// Defines the machine with the server's flavor and disk; a running machine takes them up at its next start.
    /// </summary>
    public Task DefineAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(async () =>
        {
            var filter = await groups.FilterOfAsync(server, cancellationToken);
            await hypervisor.DefineAsync(SpecOf(server) with { Filter = filter }, cancellationToken);
        }, cancellationToken);

    /// <summary>Switches the machine on, with the server's flavor and disk.</summary>
    public async Task StartAsync(Server server, CancellationToken cancellationToken)
    {
        await DefineAsync(server, cancellationToken);
        await CallAsync(() => hypervisor.StartAsync(server.Id, cancellationToken), cancellationToken);
    }

    public Task PauseAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.PauseAsync(server.Id, cancellationToken), cancellationToken);

    /// <summary>Interrupts the guest as a machine's NMI button does; some write a dump of their memory then.</summary>
    public Task InterruptAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.InjectNmiAsync(server.Id, cancellationToken), cancellationToken);

    /// <summary>Keeps the machine's memory on the host's disk and switches it off.</summary>
    public Task SuspendAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.SuspendAsync(server.Id, cancellationToken), cancellationToken);

    /// <summary>Lets a paused or suspended machine go on.</summary>
    public Task ContinueAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.ContinueAsync(server.Id, cancellationToken), cancellationToken);

    /// <summary>
    /// Asks the guest to switch off, and forces it when it takes longer than its image or the setting says.
    /// </summary>
    /// <returns>Whether it took force.</returns>
    public Task<bool> StopAsync(Server server, CancellationToken cancellationToken)
    {
        var timeout = ServerHardware.ShutdownTimeoutOf(server, shutdownTimeout);
        return CallAsync(() => hypervisor.StopAsync(server.Id, timeout, cancellationToken), cancellationToken);
    }

    /// <summary>Cuts the machine's power.</summary>
    /// <returns>Whether it was on.</returns>
    public Task<bool> PowerOffAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.StopAsync(server.Id, TimeSpan.Zero, cancellationToken), cancellationToken);

    public Task UndefineAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.UndefineAsync(server.Id, cancellationToken), cancellationToken);

    /// <summary>
    /// Checks that an image can be the disk of a server with that flavor, and brings its content to the host.
    /// </summary>
    /// <exception cref="StepException">Permanent: there is no such image, it is no disk, or it is larger than the
    /// flavor's disk.</exception>
    public Task<ImageDisk> PrepareImageAsync(string imageId, ServerFlavor flavor, CancellationToken cancellationToken)
        => CallAsync(() => host.PrepareImageAsync(imageId, flavor.DiskBytes, cancellationToken), cancellationToken);

    /// <summary>Makes a fresh disk of the flavor's size from a prepared image.</summary>
    public Task CreateDiskAsync(
        Guid server, int generation, ImageDisk image, ServerFlavor flavor, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.CreateOverlayAsync(
            Disks.NameOf(server, generation), Disks.BaseOf(image.ImageId), image.Format, flavor.DiskBytes,
            cancellationToken), cancellationToken);

    /// <summary>Makes a config drive with all that the guest is told.</summary>
    public async Task MakeConfigDriveAsync(
        Server server, int generation, ToldOnce told, CancellationToken cancellationToken)
    {
        var mac = server.Labels.NoCard
            ? null
            : await CallAsync(() => hypervisor.GetMacAddressAsync(server.Id, cancellationToken), cancellationToken);
        byte[] content;
        try
        {
            content = ConfigDrive.Make(Guests.FactsOf(server, told, mac));
        }
        catch (Exception e) when (e is IsoException or TypeLoadException)
        {
            throw new StepException("The config drive could not be made.", permanent: false, e)
            {
                ReasonCode = ReasonCodes.ConfigDriveFailed,
            };
        }
        await CallAsync(() => hypervisor.WriteVolumeAsync(
            Disks.ConfigOf(server.Id, generation), content, cancellationToken), cancellationToken);
    }

    public Task DeleteConfigDriveAsync(Guid server, int generation, CancellationToken cancellationToken)
        => DeleteVolumeAsync(Disks.ConfigOf(server, generation), cancellationToken);

    /// <summary>
    /// Makes a server's disks again on libvirt's mock, which forgets them. There no disk has content.
    /// </summary>
    public async Task MockDiskAsync(Server server, CancellationToken cancellationToken)
    {
        var image = await PrepareImageAsync(server.ImageId, server.Flavor, cancellationToken);
        await CreateDiskAsync(server.Id, server.Disk!.Generation, image, server.Flavor, cancellationToken);
        if (server.RescueImageId is { } rescue)
        {
            var rescueImage = await PrepareImageAsync(rescue, server.Flavor, cancellationToken);
            await CreateRescueDiskAsync(server, rescueImage, cancellationToken);
        }
        if (server.ConfigGeneration is { } config)
            await MakeConfigDriveAsync(server, config, ToldOnce.Nothing, cancellationToken);
    }

    /// <summary>Makes the disk that a rescued machine runs from, fresh from a prepared image.</summary>
    public Task CreateRescueDiskAsync(Server server, ImageDisk image, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.CreateOverlayAsync(
            Disks.RescueOf(server.Id), Disks.BaseOf(image.ImageId), image.Format, server.Flavor.DiskBytes,
            cancellationToken), cancellationToken);

    public Task DeleteRescueDiskAsync(Server server, CancellationToken cancellationToken)
        => DeleteVolumeAsync(Disks.RescueOf(server.Id), cancellationToken);

    /// <summary>Makes the next disk a full copy of the present one, grown to the flavor's size.</summary>
    public Task CopyDiskAsync(
        Guid server, int from, int to, ServerFlavor flavor, IProgress<double> progress,
        CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.CopyVolumeAsync(
            Disks.NameOf(server, from), Disks.NameOf(server, to), flavor.DiskBytes, progress,
            cancellationToken), cancellationToken);

    /// <summary>Copies a volume of another host to this one, under the same name.</summary>
    public Task ReceiveDiskAsync(
        string from, string volume, IProgress<double>? progress, CancellationToken cancellationToken)
        => CallAsync(() => host.ReceiveDiskAsync(from, volume, progress, cancellationToken), cancellationToken);

    /// <summary>
    /// Makes a copy of the server's disk as it stands at one moment, from which an image can be read.
    /// </summary>
    public Task SnapshotAsync(Server server, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.SnapshotAsync(
            server.Id, Disks.NameOf(server.Id, server.Disk!.Generation), Disks.SnapshotOf(server.Id),
            cancellationToken), cancellationToken);

    public Task ReadSnapshotAsync(Server server, Stream target, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.ExportVolumeAsync(
            Disks.SnapshotOf(server.Id), target, cancellationToken), cancellationToken);

    public Task DeleteSnapshotAsync(Server server, CancellationToken cancellationToken)
        => DeleteVolumeAsync(Disks.SnapshotOf(server.Id), cancellationToken);

    public Task DeleteDiskAsync(Guid server, int generation, CancellationToken cancellationToken)
        => DeleteVolumeAsync(Disks.NameOf(server, generation), cancellationToken);

    /// <summary>Deletes one of the server's disks and its config drive, on a host that keeps neither.</summary>
    public async Task DropDiskAsync(Server server, int generation, CancellationToken cancellationToken)
    {
        await DeleteDiskAsync(server.Id, generation, cancellationToken);
        if (server.ConfigGeneration is { } config)
            await DeleteConfigDriveAsync(server.Id, config, cancellationToken);
    }

    /// <summary>Deletes all of the server's volumes, of whichever generation.</summary>
    public async Task DeleteDisksAsync(Guid server, CancellationToken cancellationToken)
    {
        foreach (var volume in await ListVolumesAsync(server, cancellationToken))
            await DeleteVolumeAsync(volume, cancellationToken);
    }

    /// <summary>The server's volumes, of whichever generation.</summary>
    public async Task<IEnumerable<string>> ListVolumesAsync(Guid server, CancellationToken cancellationToken)
        => (await CallAsync(() => hypervisor.ListVolumesAsync(cancellationToken), cancellationToken))
            .Where(volume => Disks.ServerOf(volume) == server);

    public Task DeleteVolumeAsync(string volume, CancellationToken cancellationToken)
        => CallAsync(() => hypervisor.DeleteVolumeAsync(volume, cancellationToken), cancellationToken);

    /// <summary>
    /// Fails where the server's disk is missing. Asked before a machine that runs is switched off: it would not come up
    /// again.
    /// </summary>
    public async Task RequireDiskAsync(Guid server, int generation, CancellationToken cancellationToken)
    {
        if (host.KeepsDisks)
            await SizeOfAsync(server, generation, cancellationToken);
    }

    /// <summary>Fails for good where the server's disk is larger than the flavor's.</summary>
    public async Task RefuseSmallerDiskAsync(Server server, ServerFlavor flavor, CancellationToken cancellationToken)
    {
        var size = await SizeOfAsync(server.Id, server.Disk!.Generation, cancellationToken);
        if (flavor.DiskBytes < size)
        {
            throw new StepException($"Resize error: Unable to resize disk down: the disk has {size / GiB} GiB, "
                + $"the flavor {flavor.DiskGiB}.", permanent: true)
            {
                ReasonCode = ReasonCodes.FlavorTooSmall,
            };
        }
    }

    private async Task<long> SizeOfAsync(Guid server, int generation, CancellationToken cancellationToken)
    {
        var disk = Disks.NameOf(server, generation);
        return await CallAsync(() => hypervisor.GetVolumeSizeAsync(disk, cancellationToken), cancellationToken)
            ?? throw new StepException("The server's disk is missing.", permanent: false)
            {
                ReasonCode = ReasonCodes.DiskMissing,
            };
    }

    private static MachineSpec SpecOf(Server server)
    {
        var disk = Disks.NameOf(server.Id, server.Disk!.Generation);
        var spec = new MachineSpec(server.Id, server.Name, server.Flavor.Vcpus, server.Flavor.MemoryMiB, disk)
        {
            ConfigVolume = server.ConfigGeneration is { } config ? Disks.ConfigOf(server.Id, config) : null,
            HasNoCard = server.Labels.NoCard,
            Hardware = ServerHardware.Of(server),
            Address = server.Labels.FixedIp ?? server.Addresses.Select(known => known.Address).FirstOrDefault(IsIpv4),
            MustHaveAddress = server.Labels.FixedIp is not null,
        };
        if (server.RescueImageId is null)
            return spec;
        return spec.Hardware?.RescueDevice is null
            ? spec with { RootVolume = Disks.RescueOf(server.Id), SecondVolume = disk }
            : spec with { SecondVolume = Disks.RescueOf(server.Id) };
    }

    private static bool IsIpv4(string? address)
        => IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetwork;

    private Task CallAsync(Func<Task> call, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        await call();
        return 0;
    }, cancellationToken);

    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        if (require is not null)
            await require(cancellationToken);
        return await ExplainAsync(call);
    }

    /// <summary>Calls a hypervisor. A failure becomes a sentence for the server's owner.</summary>
    /// <exception cref="StepException">The hypervisor cannot do it, or does not answer.</exception>
    public static async Task<T> ExplainAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (HypervisorException e)
        {
            throw HostFailures.Explain(e);
        }
    }
}
