using Microsoft.Extensions.Options;

namespace Kiroku.Api;

/// <summary>
/// The address and certificate by which a caller reaches the service: one on this machine, or one with a copy of
/// <c>clouds.yaml</c>.
/// </summary>
internal sealed class CallersAddress(ServiceSettings settings, IOptions<ApiOptions> options)
{
    private readonly PublicUrl? address = PublicUrl.Parse(options.Value.PublicUrl);

    /// <summary>
    /// The file of certificates to verify the service with; null if the caller's system trusts its certificate
    /// already.
    /// </summary>
    public string? Authority => options.Value.Authority is { Length: > 0 } given ? Path.GetFullPath(given)
        : address is null && settings.IsEncrypted && CertificateFiles.Load(options.Value).IsSelfSigned
            ? Path.GetFullPath(options.Value.Certificate!)
        : null;

    /// <summary>
    /// The public address, which the catalog names as well. Without one, the address that is listened on, in a form
    /// that a caller can use.
    /// </summary>
    public string Of(Uri listening)
    {
        if (address is not null)
            return address.ToString();
        // The address of all interfaces is not one that a caller can connect to.
        var reachable = listening.Host is "0.0.0.0" or "[::]" or "+" or "*"
            ? new UriBuilder(listening) { Host = "127.0.0.1" }.Uri : listening;
        return reachable.ToString().TrimEnd('/');
    }

    /// <summary>A warning to the operator about passwords and tokens sent in clear text; null if they are
    /// not.</summary>
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
