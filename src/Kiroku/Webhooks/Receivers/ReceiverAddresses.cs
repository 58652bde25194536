using System.Net;
using System.Net.Sockets;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks.Receivers;

/// <summary>
/// Decides which addresses receivers may have. Whoever may make a subscription must not reach by it what only this node
/// reaches: its own services, and those that hosts are given over link-local addresses, such as metadata.
/// </summary>
internal sealed class ReceiverAddresses(IOptions<WebhooksOptions> options)
{
    /// <summary>Unspecified and "this network", loopback, link-local, multicast, reserved and broadcast.</summary>
    private static readonly IPNetwork[] Closed =
    [
        .. new[]
        {
            "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "fe80::/10", "fec0::/10", "ff00::/8",
            // Metadata services of large providers, which only their hosts reach.
            "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128",
            // Teredo's, whose addresses hold one of IPv4 in disguise.
            "2001::/32",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Networks of IPv6 whose addresses hold one of IPv4, and at which byte.</summary>
    private static readonly (IPNetwork Network, int At)[] Holding =
    [
        (IPNetwork.Parse("::/96"), 12), (IPNetwork.Parse("::ffff:0:0:0/96"), 12),
        (IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("64:ff9b:1::/48"), 12),
        (IPNetwork.Parse("2002::/16"), 2),
    ];

    private readonly NamedNetworks allowed = new(options.Value.AllowedNetworks);
    private readonly NamedNetworks refused = new(options.Value.RefusedNetworks);

    /// <summary>Whether a receiver may have this address.</summary>
    public bool Allows(IPAddress address)
    {
        // Without the interface that one may name after a %, which makes no other address of it.
        var bare = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
        if (allowed.Have(bare))
            return true;
        return !refused.Have(bare) && !IsClosed(bare) && !IsOwn(bare)
            && (Held(bare) is not { } inner || Allows(inner));
    }

    private static bool IsClosed(IPAddress address) => Closed.Any(network => network.Contains(address));

    /// <summary>The address of IPv4 that a gateway would send to; null if there is none.</summary>
    private static IPAddress? Held(IPAddress address)
        => Holding.FirstOrDefault(holding => holding.Network.Contains(address)) is { At: > 0 and var at }
            ? new IPAddress(address.GetAddressBytes().AsSpan(at, 4))
            : null;

    /// <summary>
    /// Whether it is one of this node's own: then the system would send from the very address. A socket for datagrams
    /// that is connected sends nothing.
    /// </summary>
    private static bool IsOwn(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(address, 9));
            return socket.LocalEndPoint is IPEndPoint local && local.Address.Equals(address);
        }
        catch (SocketException)
        {
            // There is no way to it.
            return false;
        }
    }
}
