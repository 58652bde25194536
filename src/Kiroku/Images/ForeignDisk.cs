using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Images;

/// <summary>
/// Disks in formats that no server is made from: how their headers are recognised, and what size they state
/// (oslo.utils, imageutils/format_inspector.py). Whatever a header states, only a few pieces of fixed length are read.
/// </summary>
internal static class ForeignDisk
{
    private const int SectorBytes = 512;
    private const uint VdiMagic = 0xBEDA107F;

    /// <summary>Where a descriptor of a VMDK stands in its file, and how much of it is read.</summary>
    private const int DescriptorStart = 512;
    private const int DescriptorBytes = 64 * 1024;

    /// <summary>The kinds of VMDK that are one file. Others name files beside them.</summary>
    private static readonly string[] OneFileKinds =
        ["createtype=\"monolithicsparse\"", "createtype=\"streamoptimized\""];

    /// <summary>The foreign format that a file begins as; null for none of them.</summary>
    public static string? Recognise(ReadOnlySpan<byte> start) => start switch
    {
        _ when start.StartsWith("KDMV"u8) => "vmdk",
        _ when start.StartsWith("conectix"u8) => "vhd",
        _ when start.StartsWith("vhdxfile"u8) => "vhdx",
        _ when start.StartsWith("QED\0"u8) => "qed",
        [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xBA, 0xBE, ..] => "luks",
        _ when start.Length >= 0x44 && BinaryPrimitives.ReadUInt32LittleEndian(start[0x40..]) == VdiMagic => "vdi",
        _ => null,
    };

    /// <summary>The size in bytes of the disk as a guest would see it; null if the content does not state one in that
    /// format.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static long? SizeOf(SafeFileHandle content, string? format)
    {
        var size = format switch
        {
            "vmdk" => VmdkSize(content),
            "vhd" => VhdSize(content),
            "vhdx" => VhdxHeader.SizeOf(content),
            "vdi" => VdiSize(content),
            "iso" => IsoSize(content),
            _ => null,
        };
        return size is > 0 and <= Qcow2Header.LargestDisk ? (long)size : null;
    }

    private static ulong? VmdkSize(SafeFileHandle content)
    {
        var header = FilePiece.Read(content, 0, SectorBytes);
        if (Recognise(header) != "vmdk"
            || BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)) is not (1 or 2 or 3)
            || BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(28)) != DescriptorStart / SectorBytes)
            return null;
        var descriptor = Encoding.ASCII.GetString(FilePiece.Read(content, DescriptorStart, DescriptorBytes))
            .Split('\0')[0].ToLowerInvariant();
        var sectors = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(12));
        return sectors <= Qcow2Header.LargestDisk / SectorBytes
            && OneFileKinds.Any(kind => descriptor.Contains(kind, StringComparison.Ordinal))
                ? sectors * SectorBytes : null;
    }

    /// <summary>A disk that grows begins with a copy of its footer; one of fixed size has the footer alone.</summary>
    private static ulong? VhdSize(SafeFileHandle content)
    {
        var footer = FilePiece.Read(content, 0, SectorBytes);
        if (Recognise(footer) != "vhd")
            footer = FilePiece.Read(content, (ulong)(RandomAccess.GetLength(content) - SectorBytes), SectorBytes);
        return Recognise(footer) == "vhd" ? BinaryPrimitives.ReadUInt64BigEndian(footer.AsSpan(48)) : null;
    }

    private static ulong? VdiSize(SafeFileHandle content)
    {
        var header = FilePiece.Read(content, 0, SectorBytes);
        return Recognise(header) == "vdi" ? BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(0x170)) : null;
    }

    /// <summary>The size that the primary volume descriptor states, which is the first of them.</summary>
    private static ulong? IsoSize(SafeFileHandle content)
    {
        var volume = FilePiece.Read(content, 32 * 1024, 2048);
        return volume[0] == 1 && volume.AsSpan(1).StartsWith("CD001"u8)
            ? (ulong)BinaryPrimitives.ReadUInt32LittleEndian(volume.AsSpan(80))
                * BinaryPrimitives.ReadUInt16LittleEndian(volume.AsSpan(128))
            : null;
    }
}
