using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Orleans.Connections.Security;

namespace Kiroku.Cluster;

/// <summary>
/// How nodes know each other: both ends of a link show a certificate that this cluster's authority signed. Neither the
/// system's authorities count nor names, and nobody else is asked.
/// </summary>
internal sealed class NodeCertificates
{
    /// <summary>Something must stand there; it is not compared.</summary>
    private const string AnyName = "kiroku";

    private readonly X509Certificate2 own;
    private readonly X509Certificate2Collection authority;

    private NodeCertificates(X509Certificate2 own, X509Certificate2Collection authority) => (this.own, this.authority) = (own, authority);

    /// <exception cref="OptionsValidationException">A file cannot be read, or they do not belong together.</exception>
    public static NodeCertificates? Load(NodeOptions options)
    {
        if (!options.HasCertificates)
            return null;
        var authority = new X509Certificate2Collection();
        var own = Try($"Cluster:Certificate {options.Certificate} with Cluster:Key {options.Key}",
            () => X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key));
        Try($"Cluster:Authority {options.Authority}", () =>
        {
            authority.ImportFromPemFile(options.Authority!);
            return authority.Count > 0 ? authority : throw new CryptographicException("it holds no certificate");
        });
        var certificates = new NodeCertificates(own, authority);
        return certificates.Complaint() is { } complaint
            ? throw Invalid($"Cluster:Certificate {options.Certificate} is not good with Cluster:Authority {options.Authority}: {complaint}")
            : certificates;
    }

    /// <summary>Sets up the engine's links.</summary>
    public void Protect(TlsOptions links)
    {
        links.LocalCertificate = own;
        links.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        links.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        links.RemoteCertificateValidation = (_, _, errors) => IsGood(errors);
        links.OnAuthenticateAsClient = (_, link) => SetUp((SslClientAuthenticationOptions)link.SslClientAuthenticationOptions);
        links.OnAuthenticateAsServer = (_, link) =>
        {
            var options = (SslServerAuthenticationOptions)link.SslServerAuthenticationOptions;
            options.CertificateChainPolicy = Policy();
            options.AllowTlsResume = false;
        };
    }

    public SslClientAuthenticationOptions ForClient()
    {
        var options = new SslClientAuthenticationOptions
        {
            ClientCertificates = [own],
            RemoteCertificateValidationCallback = (_, _, _, errors) => IsGood(errors),
        };
        SetUp(options);
        return options;
    }

    private void SetUp(SslClientAuthenticationOptions options)
    {
        options.TargetHost = AnyName;
        options.CertificateChainPolicy = Policy();
        // Whoever comes again shows its certificate again.
        options.AllowTlsResume = false;
    }

    private static bool IsGood(SslPolicyErrors errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authority);
        return policy;
    }

    private string? Complaint()
    {
        using var chain = new X509Chain { ChainPolicy = Policy() };
        return chain.Build(own) ? null : string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation).Distinct());
    }

    private static T Try<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Invalid($"{what} cannot be used: {e.Message}");
        }
    }

    private static OptionsValidationException Invalid(string complaint) => new(NodeOptions.Section, typeof(NodeOptions), [complaint]);
}
