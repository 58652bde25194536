using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kiroku.Api;
using Org.BouncyCastle.Crypto.Utilities;
using Org.BouncyCastle.Security;

namespace Kiroku.Keypairs;

/// <summary>Validates public keys and computes their fingerprints (nova/crypto.py).</summary>
internal static class PublicKeys
{
    /// <exception cref="Fault">400: it is not a valid key of that type.</exception>
    public static string FingerprintOf(string type, string publicKey)
        => type == KeyTypes.Ssh ? OfSsh(publicKey) : OfCertificate(publicKey);

    [SuppressMessage(
        "Security", "CA5351", Justification = "The fingerprint that OpenStack shows is an MD5; nothing trusts it.")]
    public static string OfSsh(byte[] key) => Colons(MD5.HashData(key));

    private static string OfSsh(string line)
    {
        try
        {
            var words = line.Split(' ');
            var key = Convert.FromBase64String(words[1]);
            // Refuses keys that are cut off or too long, or that are not on the curve they name.
            OpenSshPublicKeyUtilities.ParsePublicKey(key);
            if (!key.AsSpan(4).StartsWith(Encoding.ASCII.GetBytes(words[0])) || key[3] != words[0].Length)
                throw new FormatException("The key is of another type than it says.");
            return OfSsh(key);
        }
        catch (Exception e)
            when (e is FormatException or ArgumentException or IndexOutOfRangeException or InvalidKeyException
            or InvalidOperationException or ArithmeticException or IOException)
        {
            throw Invalid("failed to generate fingerprint");
        }
    }

    [SuppressMessage(
        "Security", "CA5350", Justification = "The fingerprint that OpenStack shows is a SHA-1; nothing trusts it.")]
    private static string OfCertificate(string pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return Colons(SHA1.HashData(certificate.RawData));
        }
        catch (CryptographicException e)
        {
            throw Invalid($"failed to generate X509 fingerprint. Error message: {e.Message}");
        }
    }

    public static Fault Invalid(string reason) => Fault.BadRequest($"Keypair data is invalid: {reason}");

    private static string Colons(byte[] hash)
        => string.Join(
            ':', hash.Select(part => part.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
}
