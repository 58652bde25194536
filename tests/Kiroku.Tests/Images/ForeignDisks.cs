using System.Buffers.Binary;
using System.Text;

namespace Kiroku.Tests.Images;

/// <summary>The first bytes of disks in formats that no server is made from, laid out as their specifications
/// say.</summary>
internal static class ForeignDisks
{
    public const ulong Size = 3UL << 30;
    private const int MetadataAt = 1 << 20;

    public static byte[] Of(string format, ulong size = Size) => format switch
    {
        "vmdk" => Vmdk(size),
        "vhd" => Vhd(size),
        "vhdx" => Vhdx(size),
        "vdi" => Vdi(size),
        "iso" => Iso((uint)(size / 2048)),
        "luks" => [.. "LUKS"u8, 0xBA, 0xBE, .. new byte[1018]],
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    public static byte[] Vmdk(ulong size, string kind = "monolithicSparse", uint version = 1)
    {
        var bytes = new byte[4096];
        "KDMV"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(12), size / 512);
        bytes[28] = 1;
        bytes[36] = 2;
        Encoding.ASCII.GetBytes($"# Disk DescriptorFile\ncreateType=\"{kind}\"\n").CopyTo(bytes, 512);
        return bytes;
    }

    public static byte[] Vhd(ulong size, bool grows = true)
    {
        var bytes = new byte[4096];
        var footer = bytes.AsSpan(grows ? 0 : bytes.Length - 512);
        "conectix"u8.CopyTo(footer);
        BinaryPrimitives.WriteUInt64BigEndian(footer[48..], size);
        return bytes;
    }

    /// <summary>A VHDX that says where its metadata are, which may be wrong.</summary>
    public static byte[] Vhdx(ulong size, ulong metadataAt = MetadataAt, uint entries = 1)
    {
        var bytes = new byte[MetadataAt + 0x20000];
        var regions = bytes.AsSpan(192 * 1024);
        var metadata = bytes.AsSpan(MetadataAt);
        "vhdxfile"u8.CopyTo(bytes);
        "regi"u8.CopyTo(regions);
        BinaryPrimitives.WriteUInt32LittleEndian(regions[8..], entries);
        new Guid("8B7CA206-4790-4B9A-B8FE-575F050F886E").TryWriteBytes(regions[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(regions[32..], metadataAt);
        "metadata"u8.CopyTo(metadata);
        metadata[10] = 1;
        new Guid("2FA54224-CD1B-4876-B211-5DBED83BF4B8").TryWriteBytes(metadata[32..]);
        BinaryPrimitives.WriteUInt32LittleEndian(metadata[48..], 0x10000);
        BinaryPrimitives.WriteUInt64LittleEndian(metadata[0x10000..], size);
        return bytes;
    }

    public static byte[] Vdi(ulong size)
    {
        var bytes = new byte[1024];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x40), 0xBEDA107F);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(0x170), size);
        return bytes;
    }

    public static byte[] Iso(uint blocks, byte descriptor = 1)
    {
        var bytes = new byte[40 * 1024];
        var volume = bytes.AsSpan(32 * 1024);
        volume[0] = descriptor;
        "CD001"u8.CopyTo(volume[1..]);
        BinaryPrimitives.WriteUInt32LittleEndian(volume[80..], blocks);
        BinaryPrimitives.WriteUInt16LittleEndian(volume[128..], 2048);
        return bytes;
    }
}
