using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kiroku.Cluster;

/// <summary>What a node shows at a link's end, and whose signature it takes from the other end.</summary>
internal abstract class NodeIdentity
{
    private readonly Lock looking = new();
    private (X509Certificate2 Certificate, SslStreamCertificateContext Context)? last;

    /// <summary>Whose certificate is wanted of others, as an error says it.</summary>
    public abstract string Wanted { get; }

    /// <summary>The certificates that sign those of nodes.</summary>
    public abstract X509Certificate2Collection Authority { get; }

    /// <summary>The node's certificate with its key, good at this moment.</summary>
    public abstract X509Certificate2 Certificate { get; }

    /// <summary>The same as links take it; nothing is looked up elsewhere for it.</summary>
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
    /// Whose signatures count for links: the system's authorities do not, and nobody is asked over the network.
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
    /// Why the node's certificate would not be taken by others with the same authority; null if it would.
    /// </summary>
    protected string? Complaint()
    {
        using var chain = new X509Chain { ChainPolicy = Policy() };
        return chain.Build(Certificate)
            ? null
            : string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation).Distinct());
    }
}
