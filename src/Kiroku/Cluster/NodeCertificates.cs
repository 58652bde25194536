using System.Net.Security;
using Orleans.Connections.Security;

namespace Kiroku.Cluster;

/// <summary>
/// How nodes know each other, always and everywhere: both ends of a link show a certificate that this cluster's
/// authority signed. Neither the system's authorities count nor names, and nobody else is asked.
/// </summary>
internal sealed class NodeCertificates
{
    /// <summary>Something must stand there; it is not compared.</summary>
    private const string AnyName = "kiroku";

    private volatile NodeIdentity? identity;

    /// <summary>What this node shows; links wait for it to be known.</summary>
    public NodeIdentity Identity
        => identity ?? throw new InvalidOperationException("This node does not know its certificate yet.");

    /// <summary>Those that the settings name; without any the store's, which come once it is open.</summary>
    public static NodeCertificates Of(NodeOptions options)
    {
        var certificates = new NodeCertificates();
        if (options.HasCertificates)
            certificates.Use(ConfiguredIdentity.Load(options));
        return certificates;
    }

    public void Use(NodeIdentity own) => identity = own;

    /// <summary>Sets up the engine's links.</summary>
    public void Protect(TlsOptions links)
    {
        // It wants one now; what is shown is settled for each link, because it may be another by then.
        links.LocalServerCertificateSelector = (_, _) => Identity.Certificate;
        links.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        links.RemoteCertificateValidation = (_, _, errors) => IsGood(errors);
        links.OnAuthenticateAsClient =
            (_, link) => SetUp((SslClientAuthenticationOptions)link.SslClientAuthenticationOptions);
        links.OnAuthenticateAsServer =
            (_, link) => SetUp((SslServerAuthenticationOptions)link.SslServerAuthenticationOptions);
    }

    public SslClientAuthenticationOptions ForClient()
    {
        var options = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, _, _, errors) => IsGood(errors),
        };
        SetUp(options);
        return options;
    }

    private void SetUp(SslClientAuthenticationOptions options)
    {
        var own = Identity;
        options.TargetHost = AnyName;
        options.ClientCertificates = null;
        options.ClientCertificateContext = own.Shown;
        options.CertificateChainPolicy = own.Policy();
        // Whoever comes again shows its certificate again.
        options.AllowTlsResume = false;
    }

    private void SetUp(SslServerAuthenticationOptions options)
    {
        var own = Identity;
        options.ServerCertificateSelectionCallback = null;
        options.ServerCertificateContext = own.Shown;
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = own.Policy();
        options.AllowTlsResume = false;
    }

    private static bool IsGood(SslPolicyErrors errors)
        => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
}
