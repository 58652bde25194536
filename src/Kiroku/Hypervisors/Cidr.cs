using System.Globalization;
using System.Net;

namespace Kiroku.Hypervisors;

/// <summary>Networks as texts, like 192.0.2.0/24.</summary>
internal static class Cidr
{
    /// <summary>The network that an address lies in, by the number of bits that all its addresses share.</summary>
    public static string Of(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{prefix}");
    }
}
