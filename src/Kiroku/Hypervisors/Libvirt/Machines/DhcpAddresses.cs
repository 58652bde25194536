using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// The IPv4 addresses that a libvirt network gives out, by its definition, and those of them that are reserved, by the
/// address of the card.
/// </summary>
internal sealed class DhcpAddresses
{
    private readonly List<(uint First, uint Last)> ranges;
    private readonly uint own;

    private DhcpAddresses(XElement ip)
    {
        own = Number((string?)ip.Attribute("address")) ?? 0;
        ranges =
        [
            .. ip.Elements("dhcp").Elements("range")
                .Select(range => (Number((string?)range.Attribute("start")), Number((string?)range.Attribute("end"))))
                .Where(range => range.Item1 <= range.Item2)
                .Select(range => (range.Item1!.Value, range.Item2!.Value)),
        ];
        Reserved =
        [
            .. ip.Elements("dhcp").Elements("host")
                .Select(host => ((string?)host.Attribute("mac") ?? "", (string?)host.Attribute("ip") ?? "")),
        ];
    }

    /// <summary>The cards' addresses, each with the address that is reserved for it.</summary>
    public IReadOnlyList<(string Mac, string Address)> Reserved { get; }

    /// <summary>Null where the network gives out none; libvirt lets one of its ranges do so.</summary>
    public static DhcpAddresses? Read(string definition) => XElement.Parse(definition).Elements("ip")
        .Where(ip => (string?)ip.Attribute("family") is null or "ipv4")
        .Select(ip => new DhcpAddresses(ip)).FirstOrDefault(found => found.ranges.Count > 0);

    /// <summary>The address that is reserved for a card; null for none.</summary>
    public string? Of(string mac) => Reserved.FirstOrDefault(reserved => IsSame(reserved.Mac, mac)).Address;

    /// <summary>Whether the network gives out this address and has it for nobody else.</summary>
    public bool IsFree(string address, IEnumerable<string> taken)
        => Number(address) is { } number && number != own
            && ranges.Any(range => number >= range.First && number <= range.Last)
            && !taken.Any(other => Number(other) == number);

    /// <summary>
    /// A free address: always the same for a machine, while others leave it free, so that one that comes back finds its
    /// own again. Null if all are taken.
    /// </summary>
    public string? Pick(Guid machine, IEnumerable<string> taken)
    {
        var used = taken.Select(Number).OfType<uint>().Append(own).ToHashSet();
        var count = ranges.Sum(range => (long)range.Last - range.First + 1);
        var first = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(machine.ToByteArray()).AsSpan(3)) % count;
        for (var step = 0L; step < count; step++)
        {
            if (At((first + step) % count) is var number && !used.Contains(number))
                return Text(number);
        }
        return null;
    }

    public static bool IsSame(string mac, string other) => mac.Equals(other, StringComparison.OrdinalIgnoreCase);

    private uint At(long place)
    {
        foreach (var (first, last) in ranges)
        {
            if (place <= last - first)
                return first + (uint)place;
            place -= (long)last - first + 1;
        }
        throw new ArgumentOutOfRangeException(nameof(place));
    }

    private static uint? Number(string? text)
        => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes())
            : null;

    private static string Text(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes).ToString();
    }
}
