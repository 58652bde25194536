using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kiroku.CommandLine.Clouds;

/// <summary>Which certificates a cloud's settings trust, and which one they show.</summary>
internal static class CloudTrust
{
    /// <summary>A token is never sent on to where an answer points.</summary>
    public static SocketsHttpHandler HandlerOf(CloudSettings cloud)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(15),
        };
        try
        {
            if (cloud.IsInsecure)
                TrustAnybody(handler);
            else if (cloud["cacert"] is { } authority)
                handler.SslOptions.CertificateChainPolicy = PolicyOf(Full(authority));
            if (cloud["cert"] is { } certificate)
                handler.SslOptions.ClientCertificates =
                    [X509Certificate2.CreateFromPemFile(Full(certificate), cloud["key"] is { } key ? Full(key) : null)];
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            handler.Dispose();
            throw new UsageException($"{cloud.Source}: its certificates cannot be read: {e.Message}", e);
        }
        return handler;
    }

    private static X509ChainPolicy PolicyOf(string authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        return policy;
    }

    private static void TrustAnybody(SocketsHttpHandler handler)
    {
#pragma warning disable CA5359 // The user has said so, by the name that OpenStack's clients have for it.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
    }

    private static string Full(string path) => path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
        : path;
}
