using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Identity.SigningIn;

/// <summary>Who somebody says to be, and where from: what sign-ins are counted by.</summary>
/// <param name="Who">The user's id, the credential's, or the name that was given where there is none such.</param>
/// <param name="Address">As <see cref="Counted"/>.</param>
internal sealed record SignInSource(string Who, string Address)
{
    /// <summary>
    /// From this machine itself anybody may call, as from behind a proxy that does not say for whom: whoever is right
    /// is not to be kept out there by whoever is wrong.
    /// </summary>
    private const string OwnHost = "own";

    /// <summary>A name that nobody has may be of any length, and is remembered.</summary>
    private const int LongestName = 64;

    /// <summary>When this user last signed in from there; null if never, or too long ago.</summary>
    public DateTime? SeenAt { get; init; }

    public bool IsOwnHost => Address == OwnHost;

    /// <summary>
    /// Whether only those who were let in before, or who are on this machine, come from there with that name.
    /// </summary>
    public bool IsFamiliar => IsOwnHost || SeenAt is not null;

    public static SignInSource Of(string who, IPAddress? from)
        => new(who.Length <= LongestName ? who : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(who))),
            Counted(from));

    /// <summary>An address as it is counted: of IPv6 the network, because one machine has all of it.</summary>
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
