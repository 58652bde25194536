using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kiroku.Api;

/// <summary>
/// Certificate and key for https as they stand in their files, checked as far as a caller would check them.
/// </summary>
internal sealed record CertificateFiles(
    X509Certificate2 Certificate, SslStreamCertificateContext Context, string Fingerprint)
{
    private const int LongestFile = 1 << 20;

    public bool IsSelfSigned => Certificate.SubjectName.RawData.AsSpan().SequenceEqual(Certificate.IssuerName.RawData);

    /// <exception cref="CertificateException">They cannot be used; the message says why.</exception>
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
            // Nobody else is asked for what is missing of the chain.
            return new CertificateFiles(loaded, SslStreamCertificateContext.Create(loaded, chain, offline: true),
                FingerprintOf(certificate, key));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                $"Api:Certificate {options.Certificate} with Api:Key {options.Key} cannot be used: {e.Message}");
        }
    }

    /// <summary>What is in the files now, whether or not it can be used; null if they cannot be read.</summary>
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

    /// <summary>What an operator should know of it at this time; null if nothing.</summary>
    public string? Concern(DateTimeOffset now) => Certificate switch
    {
        { NotBefore: var from } when from > now.LocalDateTime => $"holds from {from.ToUniversalTime():u} on only",
        { NotAfter: var to } when to < now.LocalDateTime => $"expired on {to.ToUniversalTime():u}",
        { NotAfter: var to } when to < now.LocalDateTime.AddDays(14) => $"expires on {to.ToUniversalTime():u}",
        _ => null,
    };

    private static string FingerprintOf(string certificate, string key)
        => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{certificate}\0{key}")));

    /// <summary>A small file's text; of a secret one only if not everybody can read it.</summary>
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

/// <summary>A certificate or key that cannot be used, in a sentence.</summary>
internal sealed class CertificateException(string message) : Exception(message);
