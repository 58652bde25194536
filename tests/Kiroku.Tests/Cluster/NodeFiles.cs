using System.Text.Json;
using Kiroku.Cluster;

namespace Kiroku.Tests.Cluster;

/// <summary>Certificates and data folders of nodes, in a folder of a test's own.</summary>
internal sealed class NodeFiles(string scratch)
{
    /// <summary>Makes an authority with certificates for nodes.</summary>
    /// <returns>Their folder.</returns>
    public string Make(string name, params string[] hosts)
    {
        var path = Path.Combine(scratch, name);
        var folder = new CertificateFolder(path, TimeProvider.System);
        folder.MakeAuthority();
        foreach (var host in hosts)
            folder.Make(host);
        return path;
    }

    /// <summary>A data folder with the settings of a node.</summary>
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
