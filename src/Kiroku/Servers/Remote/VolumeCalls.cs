using Kiroku.Hypervisors;

namespace Kiroku.Servers.Remote;

/// <summary>Calls about volumes; see <see cref="HostCall"/>.</summary>
[GenerateSerializer, Immutable, Alias("host.volumes")]
internal sealed record ListVolumes : HostCall
{
    public override string Operation => "list the volumes";

    public override async Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => (await host.Hypervisor.ListVolumesAsync(cancellationToken)).ToList();
}

[GenerateSerializer, Immutable, Alias("host.volume-size")]
internal sealed record GetVolumeSize([property: Id(0)] string Volume) : HostCall
{
    public override string Operation => "look at the volume";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Result(host.Hypervisor.GetVolumeSizeAsync(Volume, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.write-volume")]
internal sealed record WriteVolume([property: Id(0)] string Volume, [property: Id(1)] byte[] Content) : HostCall
{
    public override string Operation => "make the config drive";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.WriteVolumeAsync(Volume, Content, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.overlay")]
internal sealed record CreateOverlay(
    [property: Id(0)] string Volume, [property: Id(1)] string BaseVolume, [property: Id(2)] VolumeFormat BaseFormat, [property: Id(3)] long Bytes) : HostCall
{
    public override string Operation => "make the disk";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.CreateOverlayAsync(Volume, BaseVolume, BaseFormat, Bytes, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.copy-volume")]
internal sealed record CopyVolume([property: Id(0)] string Source, [property: Id(1)] string Volume, [property: Id(2)] long Bytes) : HostCall
{
    public override string Operation => "copy the disk";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.CopyVolumeAsync(Source, Volume, Bytes, progress, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.snapshot")]
internal sealed record TakeSnapshot([property: Id(0)] Guid Machine, [property: Id(1)] string Source, [property: Id(2)] string Volume) : HostCall
{
    public override string Operation => "copy the disk";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.SnapshotAsync(Machine, Source, Volume, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.delete-volume")]
internal sealed record DeleteVolume([property: Id(0)] string Volume) : HostCall
{
    public override string Operation => "delete the volume";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.DeleteVolumeAsync(Volume, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.prepare-image")]
internal sealed record PrepareImage([property: Id(0)] string ImageId, [property: Id(1)] long MostBytes) : HostCall
{
    public override string Operation => "import the image";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Result(host.PrepareImageAsync(ImageId, MostBytes, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.receive-disk")]
internal sealed record ReceiveDisk([property: Id(0)] string From, [property: Id(1)] string Volume) : HostCall
{
    public override string Operation => "receive the disk";

    public override Task<object?> RunAsync(IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.ReceiveDiskAsync(From, Volume, progress, cancellationToken));
}
