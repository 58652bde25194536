using Microsoft.Extensions.Options;

namespace Kiroku.Api;

/// <summary>
/// How a caller on this machine, or one with a copy of <c>clouds.yaml</c>, reaches the service and checks its
/// certificate.
/// </summary>
internal sealed class CallersAddress(ServiceSettings settings, IOptions<ApiOptions> options)
{
    private readonly PublicUrl? address = PublicUrl.Parse(options.Value.PublicUrl);

    /// <summary>
    /// The file of certificates to check it by; null where those that the caller's system knows will do.
    /// </summary>
    public string? Authority => options.Value.Authority is { Length: > 0 } given ? Path.GetFullPath(given)
        : address is null && settings.IsEncrypted && CertificateFiles.Load(options.Value).IsSelfSigned
            ? Path.GetFullPath(options.Value.Certificate!)
        : null;

    /// <summary>
    /// The public address, to which the catalog leads anyway; else the one that is listened on, made one to go to.
    /// </summary>
    public string Of(Uri listening)
    {
        if (address is not null)
            return address.ToString();
        // One that stands for every interface is no address to go to.
        var reachable = listening.Host is "0.0.0.0" or "[::]" or "+" or "*"
            ? new UriBuilder(listening) { Host = "127.0.0.1" }.Uri : listening;
        return reachable.ToString().TrimEnd('/');
    }

    /// <summary>What an operator should know of passwords and tokens on their way here; null if nothing.</summary>
    public string? Concern(Uri listening)
    {
        if (address is { Scheme: "http" } && !new Uri(address.ToString()).IsLoopback)
            return $"Api:PublicUrl {address} has callers send passwords and tokens in clear; see docs/operating.md, "
                + "TLS";
        return listening.Scheme == "http" && !listening.IsLoopback
            ? $"{listening.ToString().TrimEnd('/')} takes passwords and tokens in clear; see docs/operating.md, TLS"
            : null;
    }
}
