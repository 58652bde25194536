using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Utilities;
using Org.BouncyCastle.Security;

namespace Kiroku.Keypairs;

/// <summary>
/// Generates keys for users who bring none: ed25519 in OpenSSH's form, of which .NET supports neither, and certificates
/// with which a user signs in to Windows (nova/crypto.py, generate_winrm_x509_cert).
/// </summary>
internal static class NewKeys
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>A new private key in OpenSSH's file format, and the public key as a line of authorized_keys.</summary>
    public static (string Private, string Public) MakeSsh()
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        var pair = generator.GenerateKeyPair();
        var made = OpenSshPrivateKeyUtilities.EncodePrivateKey(pair.Private);
        var key = OpenSshPublicKeyUtilities.EncodePublicKey(pair.Public);
        return ($"{PemEncoding.WriteString("OPENSSH PRIVATE KEY", made)}\n",
            $"ssh-ed25519 {Convert.ToBase64String(key)} Generated-by-Kiroku");
    }

    /// <summary>
    /// An RSA key and a certificate for it as PKCS #12 without a password, in base64; and the certificate as PEM. It is
    /// good for ten years, and names the user as WinRM looks users up.
    /// </summary>
    public static (string Private, string Public) MakeX509(string userId, DateTimeOffset now)
    {
        using var key = RSA.Create(2048);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(userId);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUserPrincipalName($"{userId}@localhost");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(ClientAuthentication)], critical: false));
        using var certificate = request.CreateSelfSigned(now, now.AddDays(3650));
        return (
            Convert.ToBase64String(certificate.Export(X509ContentType.Pkcs12, "")),
            certificate.ExportCertificatePem());
    }
}
