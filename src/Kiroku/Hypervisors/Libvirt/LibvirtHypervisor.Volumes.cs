namespace Kiroku.Hypervisors.Libvirt;

/// <content>The verbs for volumes, each as a job.</content>
internal sealed partial class LibvirtHypervisor
{
    public Task<long?> GetVolumeSizeAsync(string volume, CancellationToken cancellationToken)
        => volumes.GetSizeAsync(volume, cancellationToken);

    public Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancellationToken)
        => volumes.ListAsync(cancellationToken);

    public Task ImportVolumeAsync(
        string volume, string file, VolumeFormat format, IProgress<double>? progress,
        CancellationToken cancellationToken)
        => volumes.ImportAsync(volume, file, format, progress, cancellationToken);

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
        string volume, VolumeContent content, Stream bytes, IProgress<double>? progress,
        CancellationToken cancellationToken)
        => volumes.ReceiveAsync(volume, content, bytes, progress, cancellationToken);

    public Task DeleteVolumeAsync(string volume, CancellationToken cancellationToken)
        => volumes.DeleteAsync(volume, cancellationToken);
}
