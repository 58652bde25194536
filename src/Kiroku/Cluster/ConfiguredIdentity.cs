using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Kiroku.Cluster;

/// <summary>
/// The identity that the settings name: the files of a certificate, its key, and the authority whose signatures count.
/// </summary>
internal sealed class ConfiguredIdentity(X509Certificate2 own, X509Certificate2Collection authority) : NodeIdentity
{
    public override string Wanted => "of the authority in Cluster:Authority";

    public override X509Certificate2Collection Authority => authority;

    public override X509Certificate2 Certificate => own;

    /// <exception cref="OptionsValidationException">A file cannot be read, or they do not belong together.</exception>
    public static ConfiguredIdentity Load(NodeOptions options)
    {
        var authority = new X509Certificate2Collection();
        var own = Try($"Cluster:Certificate {options.Certificate} with Cluster:Key {options.Key}",
            () => X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key));
        Try($"Cluster:Authority {options.Authority}", () =>
        {
            authority.ImportFromPemFile(options.Authority!);
            return authority.Count > 0 ? authority : throw new CryptographicException("it holds no certificate");
        });
        var identity = new ConfiguredIdentity(own, authority);
        return identity.Complaint() is { } complaint
            ? throw Invalid(
                $"Cluster:Certificate {options.Certificate} is not good with Cluster:Authority {options.Authority}: "
                    + $"{complaint}")
            : identity;
    }

    private static T Try<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (
            e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Invalid($"{what} cannot be used: {e.Message}");
        }
    }

    private static OptionsValidationException Invalid(string complaint)
        => new(NodeOptions.Section, typeof(NodeOptions), [complaint]);
}
