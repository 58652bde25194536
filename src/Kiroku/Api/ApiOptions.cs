namespace Kiroku.Api;

/// <summary>How callers reach the service, and what it shows them for TLS.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>
    /// The address that clients use. It then stands in every answer and in <c>clouds.yaml</c>, whatever a request says;
    /// without it answers point to the host that the request names.
    /// </summary>
    public string? PublicUrl { get; init; }

    /// <summary>
    /// Addresses and networks, with commas between, of proxies whose <c>X-Forwarded-For</c>, <c>-Proto</c>,
    /// <c>-Host</c> and <c>-Prefix</c> are believed; from anybody else they are ignored.
    /// </summary>
    public string? TrustedProxies { get; init; }

    /// <summary>
    /// For <c>--listen https://…</c>: file of the certificate and of those between it and its authority, in PEM.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>File of the certificate's key, in PEM, not encrypted and not readable by everybody.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// File that <c>clouds.yaml</c> names as <c>cacert</c>, for certificates that clients' systems do not know. A
    /// certificate signed by itself is named there without it.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>How often the service looks whether certificate or key have changed; at most a day.</summary>
    public TimeSpan CertificateInterval { get; init; } = TimeSpan.FromSeconds(10);
}
