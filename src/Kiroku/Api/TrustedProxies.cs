using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Kiroku.Api;

/// <summary>
/// Who is believed when it says whom it passes on: proxies of the operator's, and nobody where none is named.
/// </summary>
internal static class TrustedProxies
{
    private const ForwardedHeaders All =
        ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost
            | ForwardedHeaders.XForwardedPrefix;

    /// <summary>What is wrong with a list; null if nothing is, or none is given.</summary>
    public static string? ComplaintAbout(string? text)
    {
        if (Split(text).FirstOrDefault(
            part => !IPAddress.TryParse(part, out _) && !IPNetwork.TryParse(part, out _)) is { } wrong)
            return $"Api:TrustedProxies {wrong} is to be an IP address or a network, as 127.0.0.1 or 192.0.2.0/24.";
        return Split(text).Any(part => part.EndsWith("/0", StringComparison.Ordinal))
            ? "Api:TrustedProxies is to name the proxies: a network of everybody's would have anybody say to be anyone."
            : null;
    }

    /// <summary>Sets up the framework's reader of these headers.</summary>
    public static void SetUp(ForwardedHeadersOptions forwarded, string? text)
    {
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var part in Split(text))
        {
            if (IPAddress.TryParse(part, out var address))
                forwarded.KnownProxies.Add(address);
            else
                forwarded.KnownIPNetworks.Add(IPNetwork.Parse(part));
        }
        // To the framework an empty list means that everybody is believed.
        forwarded.ForwardedHeaders = Split(text).Length > 0 ? All : ForwardedHeaders.None;
        // As many as there are in a row, as long as each is one of these.
        forwarded.ForwardLimit = null;
    }

    private static string[] Split(string? text)
        => (text ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
