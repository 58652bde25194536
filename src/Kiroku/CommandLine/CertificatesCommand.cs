using System.CommandLine;
using System.Security.Cryptography;
using Kiroku.Cluster;

namespace Kiroku.CommandLine;

/// <summary><c>kiroku certificates DIR</c>: makes the certificates by which nodes on several machines recognize each
/// other.</summary>
internal static class CertificatesCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "Folder for the authority and the certificates it signs.",
        };
        var hosts = new Option<string[]>("--host")
        {
            Description = "Name or IP address of a node to make a certificate for; may be repeated.",
            HelpName = "NAME",
        };
        hosts.Validators.Add(result =>
        {
            if (result.Tokens.Select(token => token.Value).FirstOrDefault(
                name => !CertificateFolder.IsName(name)) is { } wrong)
                result.AddError($"--host {wrong}: a host's name or IP address is wanted, other than authority");
        });
        var command = new Command("certificates", "Make certificates for nodes on several machines: an authority, if "
            + "DIR has none, and one for each node.") { folder, hosts };
        command.SetAction(
            parsed => MakeAsync(Path.GetFullPath(parsed.GetRequiredValue(folder)), parsed.GetValue(hosts) ?? []));
        return command;
    }

    private static async Task<int> MakeAsync(string path, string[] hosts)
    {
        var folder = new CertificateFolder(path, TimeProvider.System);
        if (hosts.FirstOrDefault(folder.Has) is { } there)
            throw new UsageException($"{path} has a certificate or a key for {there} already; nothing was made");
        if (hosts.Length == 0 && folder.HasAuthority)
            throw new UsageException($"{path} has an authority already; --host NAME makes a certificate for a node");
        if (!folder.HasAuthority)
        {
            folder.MakeAuthority();
            await Console.Out.WriteLineAsync(
                $"made the authority: {path}/authority.pem, and authority.key, which no node needs");
        }
        foreach (var host in hosts.Distinct())
        {
            Make(folder, path, host);
            await Console.Out.WriteLineAsync($"made {path}/{host}.pem and {host}.key");
        }
        return 0;
    }

    private static void Make(CertificateFolder folder, string path, string host)
    {
        try
        {
            folder.Make(host);
        }
        catch (CryptographicException e)
        {
            throw new UsageException($"{path}/authority.pem and authority.key cannot be used: {e.Message}", e);
        }
    }
}
