using Microsoft.AspNetCore.Http.Extensions;

namespace Kiroku.Api;

/// <summary>
/// The one address that answers point to, if it is set. No request header can then make a link in an answer lead
/// elsewhere.
/// </summary>
internal sealed record PublicUrl(string Scheme, HostString Host, PathString Prefix)
{
    private static readonly PathString[] Services =
        ["/v2", "/v2.1", "/image", "/network", "/identity", "/actions", "/ui"];

    /// <summary>What is wrong with an address; null if it is valid or empty.</summary>
    public static string? ComplaintAbout(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri.Host is "" or "0.0.0.0" or "[::]"
            || text.AsSpan().IndexOfAny("?#@ ") >= 0)
            return $"Api:PublicUrl {text} is to be an http or https address that clients use, as "
                + "https://cloud.example.";
        return Services.Any(service => new PathString(uri.AbsolutePath).StartsWithSegments(service))
            ? $"Api:PublicUrl {text} is to be the address that all services lie below, without /v2.1, /image, "
                + "/network, /identity, /actions or /ui."
            : null;
    }

    /// <summary>Parses an address that passed <see cref="ComplaintAbout"/>.</summary>
    public static PublicUrl? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var uri = new Uri(text);
        var name = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        var host = uri.IsDefaultPort ? new HostString(name) : new HostString(name, uri.Port);
        return new PublicUrl(uri.Scheme, host, PathString.FromUriComponent(uri.AbsolutePath.TrimEnd('/')));
    }

    public override string ToString() => UriHelper.BuildAbsolute(Scheme, Host, Prefix).TrimEnd('/');

    /// <summary>Makes a request look as if it had arrived at this address.</summary>
    public void Set(HttpRequest request)
    {
        (request.Scheme, request.Host, request.PathBase) = (Scheme, Host, Prefix);
        // Some proxies leave the prefix in the path, others remove it.
        if (Prefix.HasValue && request.Path.StartsWithSegments(Prefix, out var rest))
            request.Path = rest;
    }
}
