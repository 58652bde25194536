using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kiroku.Cluster;

/// <summary>
/// A folder with a cluster's own authority and the certificates that it signed. No file is ever overwritten: whoever
/// has lost a key makes a new folder, and so another cluster.
/// </summary>
internal sealed class CertificateFolder(string path, TimeProvider time)
{
    private const string AuthorityName = "authority";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const int Years = 10;

    /// <summary>Certificates begin this much earlier, because the clocks of machines differ.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    private string AuthorityFile => FileOf(AuthorityName, "pem");

    public bool HasAuthority => File.Exists(AuthorityFile) || File.Exists(FileOf(AuthorityName, "key"));

    /// <summary>Whether a node here can have that name, which is a file's name, too.</summary>
    public static bool IsName(string name) => name != AuthorityName && name.Length is > 0 and <= 64
        && (IPAddress.TryParse(name, out _)
            || (char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')));

    public bool Has(string name) => File.Exists(FileOf(name, "pem")) || File.Exists(FileOf(name, "key"));

    public void MakeAuthority()
    {
        Directory.CreateDirectory(path, Private | UnixFileMode.UserExecute);
        var (from, to) = Validity();
        using var made = Issuing.MakeAuthority(from, to);
        Write(AuthorityName, made);
    }

    /// <summary>Makes a certificate for a node, good at both ends of a link.</summary>
    /// <exception cref="CryptographicException">The authority's files do not hold one.</exception>
    public void Make(string name)
    {
        using var authority = X509Certificate2.CreateFromPemFile(AuthorityFile, FileOf(AuthorityName, "key"));
        var (from, to) = Validity();
        using var made = Issuing.Make(name, authority, from, to);
        Write(name, made);
    }

    private (DateTimeOffset From, DateTimeOffset To) Validity()
        => (time.GetUtcNow() - Backdating, time.GetUtcNow().AddYears(Years));

    /// <summary>Writes the key first: a certificate without its key would be in the way of the next attempt.</summary>
    private void Write(string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        Write(FileOf(name, "key"), key.ExportPkcs8PrivateKeyPem(), Private);
        Write(FileOf(name, "pem"), certificate.ExportCertificatePem(), Public);
    }

    private static void Write(string file, string pem, UnixFileMode mode)
    {
        using var written = new FileStream(file,
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        written.Write(Encoding.ASCII.GetBytes($"{pem}\n"));
        written.Flush(flushToDisk: true);
    }

    private string FileOf(string name, string kind) => Path.Combine(path, $"{name}.{kind}");
}
