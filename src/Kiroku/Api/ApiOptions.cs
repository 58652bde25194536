namespace Kiroku.Api;

/// <summary>The address that callers use, and the certificate that they are shown.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>
    /// The address that clients use. If it is set, every answer and <c>clouds.yaml</c> name it, whatever a request
    /// says. Otherwise answers point to the host that the request names.
    /// </summary>
    public string? PublicUrl { get; init; }

    /// <summary>
    /// Addresses and networks of trusted proxies, separated by commas. Their <c>X-Forwarded-For</c>, <c>-Proto</c>,
    /// <c>-Host</c> and <c>-Prefix</c> headers are believed; anybody else's are ignored.
    /// </summary>
    public string? TrustedProxies { get; init; }

    /// <summary>
    /// For <c>--listen https://…</c>: PEM file with the certificate, followed by those between it and its authority.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file with the certificate's key, unencrypted and not readable by everybody.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// File that <c>clouds.yaml</c> names as <c>cacert</c>, for certificates that clients' systems do not trust. A
    /// self-signed certificate is named there without this setting.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>How often the service checks whether the certificate or its key has changed; at most a day.</summary>
    public TimeSpan CertificateInterval { get; init; } = TimeSpan.FromSeconds(10);
}
