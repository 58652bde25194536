using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Kiroku.CommandLine.Tour;

/// <summary>
/// The certificate authority by which the tour verifies a service with TLS, as the clouds.yaml in the data folder
/// names it.
/// </summary>
internal static partial class Trust
{
    public static SocketsHttpHandler HandlerOf(string folder)
    {
        var handler = new SocketsHttpHandler();
        if (Authority().Match(File.ReadAllText(Path.Combine(folder, "clouds.yaml"))) is { Success: true } match)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(
                match.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal));
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        return handler;
    }

    [GeneratedRegex(@"^    cacert: '([^\n]+)'$", RegexOptions.Multiline)]
    private static partial Regex Authority();
}
