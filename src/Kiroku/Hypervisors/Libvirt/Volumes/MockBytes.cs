namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>The bytes of the mock's volumes, which have none of their own: empty disks of their size.</summary>
internal static class MockBytes
{
    public static VolumeContent Describe(VolumeFormat format, long bytes)
        => new(format, bytes, format == VolumeFormat.Raw ? bytes : EmptyQcow2.Of(bytes).Length);

    public static int Read(VolumeContent content, long offset, Span<byte> piece)
    {
        piece = piece[..(int)Math.Min(piece.Length, content.FileBytes - offset)];
        if (content.Format == VolumeFormat.Raw)
            piece.Clear();
        else
            EmptyQcow2.Of(content.Bytes).AsSpan((int)offset, piece.Length).CopyTo(piece);
        return piece.Length;
    }
}
