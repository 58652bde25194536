using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kiroku.Cluster;

/// <summary>
/// The certificate that a node shows at its end of a link, and the authority that must have signed that of the other
/// end.
/// </summary>
internal abstract class NodeIdentity
{
    private readonly Lock looking = new();
    private (X509Certificate2 Certificate, SslStreamCertificateContext Context)? last;

    /// <summary>The certificate that is wanted of others, in the words of an error.</summary>
    public abstract string Wanted { get; }

    /// <summary>The certificates of the authority that signs those of nodes.</summary>
    public abstract X509Certificate2Collection Authority { get; }

    /// <summary>The node's certificate with its key, good at this moment.</summary>
    public abstract X509Certificate2 Certificate { get; }

    /// <summary>The certificate in the form that links take; nothing is looked up elsewhere for it.</summary>
    public SslStreamCertificateContext Shown
    {
        get
        {
            var certificate = Certificate;
            lock (looking)
            {
                if (last is not { } known || known.Certificate != certificate)
                    last = known = (certificate,
                        SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true));
                return known.Context;
            }
        }
    }

    /// <summary>
    /// The signatures that count for links: not those of the system's authorities, and nothing is looked up over the
    /// network.
    /// </summary>
    public X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(Authority);
        return policy;
    }

    /// <summary>
    /// Why others with the same authority would refuse the node's certificate; null if they would not.
    /// </summary>
    protected string? Complaint()
    {
        using var chain = new X509Chain { ChainPolicy = Policy() };
        return chain.Build(Certificate)
            ? null
            : string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation).Distinct());
    }
}
