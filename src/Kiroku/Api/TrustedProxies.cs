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
        => NamedNetworks.ComplaintAbout("Api:TrustedProxies", text) ?? (NamedNetworks.HasEverybody(text)
            ? "Api:TrustedProxies is to name the proxies: with all addresses trusted, anybody could pose as anybody."
            : null);

    /// <summary>Sets up ASP.NET Core's middleware for these headers.</summary>
    public static void SetUp(ForwardedHeadersOptions forwarded, string? text)
    {
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var part in NamedNetworks.Split(text))
        {
            if (IPAddress.TryParse(part, out var address))
                forwarded.KnownProxies.Add(address);
            else
                forwarded.KnownIPNetworks.Add(IPNetwork.Parse(part));
        }
        // An empty list would make ASP.NET Core trust everybody.
        forwarded.ForwardedHeaders = NamedNetworks.Split(text).Length > 0 ? All : ForwardedHeaders.None;
        // Any number of proxies in a row, as long as all of them are trusted.
        forwarded.ForwardLimit = null;
    }
}
