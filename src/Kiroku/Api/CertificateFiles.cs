using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kiroku.Api;

/// <summary>
/// The certificate and key for https, as their files hold them, checked as a caller would check them.
/// </summary>
internal sealed record CertificateFiles(
    X509Certificate2 Certificate, SslStreamCertificateContext Context, string Fingerprint)
{
    private const int LongestFile = 1 << 20;

    public bool IsSelfSigned => Certificate.SubjectName.RawData.AsSpan().SequenceEqual(Certificate.IssuerName.RawData);

    /// <exception cref="CertificateException">The files cannot be used. The message says why.</exception>
    public static CertificateFiles Load(ApiOptions options)
    {
        var (certificate, key) = (Read("Api:Certificate", options.Certificate!, isSecret: false),
            Read("Api:Key", options.Key!, isSecret: true));
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new CertificateException(
                $"Api:Key {options.Key} is encrypted: a key without a password is wanted "
                    + "(openssl pkey -in … -out …).");
        try
        {
            var loaded = X509Certificate2.CreateFromPem(certificate, key);
            if (loaded.Extensions["2.5.29.17"] is null)
                throw new CertificateException($"Api:Certificate {options.Certificate} names no host (it has no "
                    + "subjectAltName): no client would take it.");
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            // Offline: missing certificates of the chain are not fetched over the network.
            return new CertificateFiles(loaded, SslStreamCertificateContext.Create(loaded, chain, offline: true),
                FingerprintOf(certificate, key));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                $"Api:Certificate {options.Certificate} with Api:Key {options.Key} cannot be used: {e.Message}");
        }
    }

    /// <summary>A fingerprint of the files' present content, usable or not; null if they cannot be read.</summary>
    public static string? FingerprintOf(ApiOptions options)
    {
        try
        {
            return FingerprintOf(Read("Api:Certificate", options.Certificate!, isSecret: false),
                Read("Api:Key", options.Key!, isSecret: true));
        }
        catch (CertificateException)
        {
            return null;
        }
    }

    /// <summary>A warning to the operator about the certificate at this time; null if there is none.</summary>
    public string? Concern(DateTimeOffset now) => Certificate switch
    {
        { NotBefore: var from } when from > now.LocalDateTime => $"holds from {from.ToUniversalTime():u} on only",
        { NotAfter: var to } when to < now.LocalDateTime => $"expired on {to.ToUniversalTime():u}",
        { NotAfter: var to } when to < now.LocalDateTime.AddDays(14) => $"expires on {to.ToUniversalTime():u}",
        _ => null,
    };

    private static string FingerprintOf(string certificate, string key)
        => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{certificate}\0{key}")));

    /// <summary>The text of a small file. A secret one is refused if everybody can read it.</summary>
    private static string Read(string setting, string path, bool isSecret)
    {
        try
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (isSecret
                && (File.GetUnixFileMode(
                    file.SafeFileHandle) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
                throw new CertificateException(
                    $"{setting} {path} can be read or written by everybody on this machine: chmod o= {path}.");
            if (file.Length > LongestFile)
                throw new CertificateException($"{setting} {path} is too large for what it is to hold.");
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CertificateException($"{setting} {path} cannot be read: {e.Message}");
        }
    }
}

/// <summary>A certificate or key cannot be used. The message is one sentence.</summary>
internal sealed class CertificateException(string message) : Exception(message);
