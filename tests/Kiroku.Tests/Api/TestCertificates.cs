using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kiroku.Tests.Api;

/// <summary>Writes certificates for https, both valid ones and ones that nobody should use.</summary>
internal static class TestCertificates
{
    /// <summary>Writes <c>NAME.pem</c>, which is self-signed, and <c>NAME.key</c>.</summary>
    public static X509Certificate2 Write(string folder, string name, int endsInDays = 365, bool namesHost = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (namesHost)
            request.CertificateExtensions.Add(LoopbackName());
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-400), now.AddDays(endsInDays));
        Write(folder, name, certificate.ExportCertificatePem(), key);
        return certificate;
    }

    /// <summary>
    /// Writes <c>root.pem</c>, and <c>chained.pem</c> with its key: a certificate and the intermediate one below that
    /// root.
    /// </summary>
    public static void WriteChain(string folder)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("root", rootKey).CreateSelfSigned(now.AddDays(-1), now.AddDays(9));
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middle = Authority("middle", middleKey).Create(root, now.AddDays(-1), now.AddDays(9), [1])
            .CopyWithPrivateKey(middleKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=leaf", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(LoopbackName());
        using var leaf = request.Create(middle, now.AddDays(-1), now.AddDays(9), [2]);
        File.WriteAllText(Path.Combine(folder, "root.pem"), root.ExportCertificatePem());
        Write(folder, "chained", $"{leaf.ExportCertificatePem()}\n{middle.ExportCertificatePem()}\n", key);
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request;
    }

    private static X509Extension LoopbackName()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        return names.Build();
    }

    private static void Write(string folder, string name, string pem, ECDsa key)
    {
        File.WriteAllText(Path.Combine(folder, $"{name}.pem"), pem);
        var file = Path.Combine(folder, $"{name}.key");
        File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
