using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Kiroku.Api;

/// <summary>The operator's proxies, whose forwarding headers are believed. If none are named, nobody's are.</summary>
internal static class TrustedProxies
{
    private const ForwardedHeaders All =
        ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost
            | ForwardedHeaders.XForwardedPrefix;

    /// <summary>What is wrong with a list of proxies; null if it is valid or empty.</summary>
    public static string? ComplaintAbout(string? text)
    {
        if (Split(text).FirstOrDefault(
            part => !IPAddress.TryParse(part, out _) && !IPNetwork.TryParse(part, out _)) is { } wrong)
            return $"Api:TrustedProxies {wrong} is to be an IP address or a network, as 127.0.0.1 or 192.0.2.0/24.";
        return Split(text).Any(part => part.EndsWith("/0", StringComparison.Ordinal))
            ? "Api:TrustedProxies is to name the proxies: with all addresses trusted, anybody could pose as anybody."
            : null;
    }

    /// <summary>Sets up ASP.NET Core's middleware for these headers.</summary>
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
        // An empty list would make ASP.NET Core trust everybody.
        forwarded.ForwardedHeaders = Split(text).Length > 0 ? All : ForwardedHeaders.None;
        // Any number of proxies in a row, as long as all of them are trusted.
        forwarded.ForwardLimit = null;
    }

    private static string[] Split(string? text)
        => (text ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
