using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Kiroku.Images;

/// <summary>
/// The way to the size in a VHDX: its table of regions names the metadata, whose table names the size (Microsoft's
/// MS-VHDX). Each table is read once, and no more of it than the format allows.
/// </summary>
internal static class VhdxHeader
{
    private const ulong RegionTable = 192 * 1024;
    private const int TableBytes = 64 * 1024;
    private const int EntryBytes = 32;
    private const int MostEntries = 2047;
    private static readonly Guid MetadataRegion = new("8B7CA206-4790-4B9A-B8FE-575F050F886E");
    private static readonly Guid DiskSize = new("2FA54224-CD1B-4876-B211-5DBED83BF4B8");

    /// <summary>The size in bytes; null if the file is no VHDX that states one.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ulong? SizeOf(SafeFileHandle content)
    {
        if (!FilePiece.Read(content, 0, 8).AsSpan().StartsWith("vhdxfile"u8))
            return null;
        var regions = FilePiece.Read(content, RegionTable, TableBytes);
        if (!regions.AsSpan().StartsWith("regi"u8)
            || Find(regions, 16, BinaryPrimitives.ReadUInt32LittleEndian(regions.AsSpan(8)), MetadataRegion)
                is not { } region)
            return null;
        var metadata = BinaryPrimitives.ReadUInt64LittleEndian(regions.AsSpan(region));
        var items = FilePiece.Read(content, metadata, TableBytes);
        if (!items.AsSpan().StartsWith("metadata"u8)
            || Find(items, EntryBytes, BinaryPrimitives.ReadUInt16LittleEndian(items.AsSpan(10)), DiskSize)
                is not { } item)
            return null;
        // A sum that wraps around leads to another place in the file, which is as good as any that it may state.
        var size = metadata + BinaryPrimitives.ReadUInt32LittleEndian(items.AsSpan(item));
        return BinaryPrimitives.ReadUInt64LittleEndian(FilePiece.Read(content, size, sizeof(ulong)));
    }

    /// <summary>Where, behind its name, the content of the entry of that name stands in a table.</summary>
    private static int? Find(byte[] table, int first, uint entries, Guid name)
    {
        for (var number = 0; number < Math.Min(entries, MostEntries); number++)
        {
            var at = first + (number * EntryBytes);
            if (at + EntryBytes <= table.Length && new Guid(table.AsSpan(at, 16)) == name)
                return at + 16;
        }
        return null;
    }
}
