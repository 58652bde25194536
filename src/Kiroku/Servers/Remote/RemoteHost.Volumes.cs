using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;

namespace Kiroku.Servers.Remote;

/// <content>The verbs for volumes, each with its message.</content>
internal sealed partial class RemoteHost
{
    public Task<long?> GetVolumeSizeAsync(string volume, CancellationToken cancellationToken)
        => SendAsync<long?>(new GetVolumeSize(volume), cancellationToken);

    public async Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancellationToken)
        => await SendAsync<List<string>>(new ListVolumes(), cancellationToken);

    public Task WriteVolumeAsync(string volume, byte[] content, CancellationToken cancellationToken)
        => SendAsync(new WriteVolume(volume, content), cancellationToken);

    public Task CreateOverlayAsync(
        string volume, string baseVolume, VolumeFormat baseFormat, long bytes, CancellationToken cancellationToken)
        => SendAsync(new CreateOverlay(volume, baseVolume, baseFormat, bytes), cancellationToken);

    public Task CopyVolumeAsync(
        string source, string volume, long bytes, IProgress<double>? progress, CancellationToken cancellationToken)
        => SendAsync<object?>(new CopyVolume(source, volume, bytes), progress, cancellationToken);

    public Task SnapshotAsync(Guid machine, string source, string volume, CancellationToken cancellationToken)
        => SendAsync(new TakeSnapshot(machine, source, volume), cancellationToken);

    /// <summary>The bytes come by a stream of their own, not by a message.</summary>
    public Task ExportVolumeAsync(string volume, Stream target, CancellationToken cancellationToken)
        => HostPatience.OnceAsync(Operations.ExportVolume, async () =>
        {
            await foreach (var piece in Grain.Read(volume, cancellationToken).WithCancellation(cancellationToken))
            {
                if (piece.Bytes is { } bytes)
                    await target.WriteAsync(bytes, cancellationToken);
            }
            return true;
        }, cancellationToken);

    public Task DeleteVolumeAsync(string volume, CancellationToken cancellationToken)
        => SendAsync(new DeleteVolume(volume), cancellationToken);
}

[GenerateSerializer, Immutable, Alias("host.volumes")]
internal sealed record ListVolumes : HostCall
{
    public override string Operation => Operations.ListVolumes;

    public override async Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => (await host.Hypervisor.ListVolumesAsync(cancellationToken)).ToList();
}

[GenerateSerializer, Immutable, Alias("host.volume-size")]
internal sealed record GetVolumeSize([property: Id(0)] string Volume) : HostCall
{
    public override string Operation => Operations.MeasureVolume;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Result(host.Hypervisor.GetVolumeSizeAsync(Volume, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.write-volume")]
internal sealed record WriteVolume([property: Id(0)] string Volume, [property: Id(1)] byte[] Content) : HostCall
{
    public override string Operation => Operations.WriteVolume;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.WriteVolumeAsync(Volume, Content, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.overlay")]
internal sealed record CreateOverlay(
    [property: Id(0)] string Volume,
    [property: Id(1)] string BaseVolume,
    [property: Id(2)] VolumeFormat BaseFormat,
    [property: Id(3)] long Bytes) : HostCall
{
    public override string Operation => Operations.CreateOverlay;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.CreateOverlayAsync(Volume, BaseVolume, BaseFormat, Bytes, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.copy-volume")]
internal sealed record CopyVolume(
    [property: Id(0)] string Source, [property: Id(1)] string Volume, [property: Id(2)] long Bytes) : HostCall
{
    public override string Operation => Operations.CopyVolume;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.CopyVolumeAsync(Source, Volume, Bytes, progress, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.snapshot")]
internal sealed record TakeSnapshot(
    [property: Id(0)] Guid Machine, [property: Id(1)] string Source, [property: Id(2)] string Volume) : HostCall
{
    public override string Operation => Operations.CopyVolume;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.SnapshotAsync(Machine, Source, Volume, cancellationToken));
}

[GenerateSerializer, Immutable, Alias("host.delete-volume")]
internal sealed record DeleteVolume([property: Id(0)] string Volume) : HostCall
{
    public override string Operation => Operations.DeleteVolume;

    public override Task<object?> RunAsync(
        IServerHost host, IProgress<double> progress, CancellationToken cancellationToken)
        => Done(host.Hypervisor.DeleteVolumeAsync(Volume, cancellationToken));
}
