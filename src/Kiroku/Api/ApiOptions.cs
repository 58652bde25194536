namespace Kiroku.Api;

/// <summary>How callers reach the service, and what it shows them for TLS; section <c>Api</c>.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>The address that answers point to; without it they point to the host that the request names.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>Addresses and networks, with commas between, of the proxies that are believed whom they pass on.</summary>
    public string? TrustedProxies { get; init; }

    /// <summary>File of the certificate for https and of those between it and its authority, in PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>File of its key, in PEM and not encrypted.</summary>
    public string? Key { get; init; }

    /// <summary>File of the certificates that callers check it by, for <c>clouds.yaml</c>; none where their system knows them.</summary>
    public string? Authority { get; init; }

    /// <summary>How often is looked whether certificate or key are others.</summary>
    public TimeSpan CertificateInterval { get; init; } = TimeSpan.FromSeconds(10);
}
