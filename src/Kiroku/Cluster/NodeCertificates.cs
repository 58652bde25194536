using System.Net.Security;
using Orleans.Connections.Security;

namespace Kiroku.Cluster;

/// <summary>
/// The certificates by which nodes recognise each other: both ends of every link show one that this cluster's authority
/// signed. The system's authorities do not count, names do not count, and nothing is looked up elsewhere.
/// </summary>
internal sealed class NodeCertificates
{
    /// <summary>A name is required, but it is not compared.</summary>
    private const string AnyName = "kiroku";

    private volatile NodeIdentity? identity;

    /// <summary>The identity that this node shows. It is known before the first link.</summary>
    public NodeIdentity Identity
        => identity ?? throw new InvalidOperationException("This node does not know its certificate yet.");

    /// <summary>
    /// The certificates that the settings name; without any, those of the store, which come once it is open.
    /// </summary>
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
        // The engine wants a certificate now, but each link takes the one that is current then.
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
        // A node that connects again must show its certificate again.
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
