using System.Buffers.Binary;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Volumes;

namespace Kiroku.Tests.Fakes;

/// <summary>
/// The bytes of a fake volume: a qcow2 header of its size, whatever its format, followed by the identity of its
/// content and what was written. So a received volume can be recognized as the same.
/// </summary>
internal static class FakeBytes
{
    private const int SizePlace = 24;
    private const int IdentityBytes = 16;

    public static VolumeContent Describe(FakeVolume volume)
        => new(volume.Written is null ? VolumeFormat.Qcow2 : VolumeFormat.Raw, volume.Bytes, Of(volume).Length);

    public static byte[] Of(FakeVolume volume)
        => [.. EmptyQcow2.Of(volume.Bytes), .. volume.Content.ToByteArray(), .. volume.Written ?? []];

    /// <summary>Reads a volume. Bytes that break off or differ from the announcement fail as on a real host.</summary>
    public static async Task<FakeVolume> ReceiveAsync(
        VolumeContent content, Stream bytes, CancellationToken cancellationToken)
    {
        try
        {
            using var all = new MemoryStream();
            await bytes.CopyToAsync(all, cancellationToken).WaitAsync(cancellationToken);
            return Read(content, all.ToArray());
        }
        catch (Exception e) when (e is not HypervisorException && !cancellationToken.IsCancellationRequested)
        {
            throw new HypervisorException(HypervisorFailure.Failed, "receive the disk", e.Message, e);
        }
    }

    private static FakeVolume Read(VolumeContent content, byte[] file)
    {
        var size = BinaryPrimitives.ReadInt64BigEndian(file.AsSpan(SizePlace));
        if (size != content.Bytes)
            throw new InvalidDataException($"a disk of {content.Bytes} bytes was announced, and {size} came");
        var rest = file.AsSpan(EmptyQcow2.Of(size).Length);
        var volume = new FakeVolume(size, new Guid(rest[..IdentityBytes]));
        return content.Format == VolumeFormat.Raw ? volume with { Written = rest[IdentityBytes..].ToArray() } : volume;
    }
}
