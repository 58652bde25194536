using System.Buffers.Binary;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// Makes the smallest qcow2 file of a size: a header, its tables, and nothing on the disk. The mock's disks are
/// exported as such files.
/// </summary>
internal static class EmptyQcow2
{
    private const int ClusterBits = 16;
    private const int Cluster = 1 << ClusterBits;
    private const long BytesOfTable = (long)Cluster * Cluster / sizeof(ulong);

    public static byte[] Of(long bytes)
    {
        var tables = (int)((bytes + BytesOfTable - 1) / BytesOfTable);
        var clusters = 3 + ((tables * sizeof(ulong)) + Cluster - 1) / Cluster;
        var file = new byte[clusters * Cluster];
        BinaryPrimitives.WriteUInt32BigEndian(file, 0x514649FB);
        Number(4, 2);
        Number(20, ClusterBits);
        Long(24, bytes);
        Number(36, tables);
        Long(40, 3 * Cluster);
        Long(48, Cluster);
        Number(56, 1);
        Long(Cluster, 2 * Cluster);
        for (var cluster = 0; cluster < clusters; cluster++)
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan((2 * Cluster) + (cluster * sizeof(ushort))), 1);
        return file;

        void Number(int place, int value) => BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(place), value);
        void Long(int place, long value) => BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(place), value);
    }
}
