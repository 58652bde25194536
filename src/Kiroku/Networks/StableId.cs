using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Networks;

/// <summary>
/// Ids of what stands in no table: UUIDs made of a name (RFC 9562, version 5), the same on every node and for ever.
/// </summary>
internal static class StableId
{
    private static readonly Guid Names = new("a61d5c36-5b1e-4a3d-9d5e-6f8f6a3e2b17");

    public static Guid Of(string name)
    {
        var bytes = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        Names.TryWriteBytes(bytes, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(16));
#pragma warning disable CA5350 // No secret is in it, and it is this hash that makes the version what it is.
        var id = SHA1.HashData(bytes).AsSpan(0, 16);
#pragma warning restore CA5350
        id[6] = (byte)((id[6] & 0x0F) | 0x50);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
