using System.Text.Json;
using Kiroku.Cluster;

namespace Kiroku.Tests.Cluster;

/// <summary>Nodes' certificates and data folders, in a test's own folder.</summary>
internal sealed class NodeFiles(string scratch)
{
    /// <summary>Makes an authority, and certificates for nodes.</summary>
    /// <returns>The certificates' folder.</returns>
    public string Make(string name, params string[] hosts)
    {
        var path = Path.Combine(scratch, name);
        var folder = new CertificateFolder(path, TimeProvider.System);
        folder.MakeAuthority();
        foreach (var host in hosts)
            folder.Make(host);
        return path;
    }

    /// <summary>Makes a data folder with a node's settings.</summary>
    public string Settings(string node, string certificates, string host)
    {
        var folder = Directory.CreateDirectory(Path.Combine(scratch, $"data-{node}")).FullName;
        File.WriteAllText(Path.Combine(folder, "kiroku.json"), JsonSerializer.Serialize(new
        {
            Cluster = new
            {
                Certificate = Path.Combine(certificates, $"{host}.pem"),
                Key = Path.Combine(certificates, $"{host}.key"),
                Authority = Path.Combine(certificates, "authority.pem"),
            },
        }));
        return folder;
    }
}
