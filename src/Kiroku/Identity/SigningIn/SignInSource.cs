using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Identity.SigningIn;

/// <summary>The claimed user and the address of a sign-in, by which failures are counted.</summary>
/// <param name="Who">The id of the user or credential; the given name if neither exists.</param>
/// <param name="Address">The address as <see cref="Counted"/> returns it.</param>
internal sealed record SignInSource(string Who, string Address)
{
    /// <summary>
    /// Anyone on this machine, or behind a proxy that does not name its callers, has this address. So wrong passwords
    /// from it must not lock out a user with the right one.
    /// </summary>
    private const string OwnHost = "own";

    /// <summary>Longer names are hashed, because a made-up name may have any length and is remembered.</summary>
    private const int LongestName = 64;

    /// <summary>When this user last signed in from this address; null if never or too long ago.</summary>
    public DateTime? SeenAt { get; init; }

    public bool IsOwnHost => Address == OwnHost;

    /// <summary>Whether the user is known at this address, or the caller is on this machine.</summary>
    public bool IsFamiliar => IsOwnHost || SeenAt is not null;

    public static SignInSource Of(string who, IPAddress? from)
        => new(who.Length <= LongestName ? who : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(who))),
            Counted(from));

    /// <summary>The address by which failures are counted: for IPv6 the network, because one machine has all its
    /// addresses.</summary>
    private static string Counted(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address))
            return OwnHost;
        if (address.IsIPv4MappedToIPv6)
            return Counted(address.MapToIPv4());
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes()[..8])
            : address.ToString();
    }
}
