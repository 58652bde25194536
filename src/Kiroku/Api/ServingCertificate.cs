using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Options;

namespace Kiroku.Api;

/// <summary>
/// The certificate that the service shows. When its files change the next handshake shows the new one, and connections
/// that are open go on; files that do not fit together, as when they are half written, change nothing.
/// </summary>
internal sealed class ServingCertificate(IOptions<ApiOptions> options)
{
    private volatile CertificateFiles current = CertificateFiles.Load(options.Value);
    private string? refused;

    public CertificateFiles Current => current;

    /// <summary>What a handshake is to go by.</summary>
    public SslServerAuthenticationOptions Shown => new()
    {
        ServerCertificateContext = current.Context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    /// <summary>Takes up what is in the files now.</summary>
    /// <returns>Whether that is another certificate or key than before.</returns>
    /// <exception cref="CertificateException">It cannot be used. The same content is complained of once.</exception>
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
