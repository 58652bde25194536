using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Options;

namespace Kiroku.Api;

/// <summary>
/// The certificate that the service shows. When its files change, the next handshake uses the new one and open
/// connections go on. Files that do not match, for instance because they are half written, change nothing.
/// </summary>
internal sealed class ServingCertificate(IOptions<ApiOptions> options)
{
    private volatile CertificateFiles current = CertificateFiles.Load(options.Value);
    private string? refused;

    public CertificateFiles Current => current;

    /// <summary>The TLS options for the next handshake.</summary>
    public SslServerAuthenticationOptions Shown => new()
    {
        ServerCertificateContext = current.Context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    /// <summary>Loads the files if they have changed.</summary>
    /// <returns>Whether a new certificate or key was loaded.</returns>
    /// <exception cref="CertificateException">The new files cannot be used. Thrown once for the same
    /// content.</exception>
    public bool Refresh()
    {
        var found = CertificateFiles.FingerprintOf(options.Value) ?? "";
        var isTried = found == current.Fingerprint || found == refused;
        refused = found == current.Fingerprint ? null : found;
        if (isTried)
            return false;
        current = CertificateFiles.Load(options.Value);
        refused = null;
        return true;
    }
}
