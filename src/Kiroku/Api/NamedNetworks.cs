using System.Net;
using IPNetwork = System.Net.IPNetwork;

namespace Kiroku.Api;

/// <summary>Addresses and networks that a setting names, separated by commas.</summary>
internal sealed class NamedNetworks
{
    private readonly IPNetwork[] networks;

    /// <param name="text">A list without complaint; null or empty names nobody.</param>
    public NamedNetworks(string? text) => networks = [.. Split(text).Select(Parse)];

    /// <summary>What is wrong with such a list; null if it is valid or empty.</summary>
    /// <param name="key">The setting.</param>
    /// <param name="text">The list.</param>
    public static string? ComplaintAbout(string key, string? text)
        => Split(text).FirstOrDefault(
            part => !IPAddress.TryParse(part, out _) && !IPNetwork.TryParse(part, out _)) is { } wrong
            ? $"{key} {wrong} is to be an IP address or a network, as 127.0.0.1 or 192.0.2.0/24."
            : null;

    /// <summary>Whether such a list names everybody.</summary>
    public static bool HasEverybody(string? text)
        => Split(text).Any(part => part.EndsWith("/0", StringComparison.Ordinal));

    public static string[] Split(string? text)
        => (text ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public bool Have(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(plain));
    }

    private static IPNetwork Parse(string part)
        => IPAddress.TryParse(part, out var address)
            ? new IPNetwork(address, 8 * address.GetAddressBytes().Length)
            : IPNetwork.Parse(part);
}
