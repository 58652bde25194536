using System.Net;
using Microsoft.Extensions.Options;

namespace Kiroku.Cluster;

/// <summary>Settings of the links between nodes.</summary>
internal sealed class NodeOptions
{
    public const string Section = "Cluster";

    /// <summary>
    /// IP address and port to listen on, by which other nodes reach this one; port 0 takes a free one. The command
    /// line's <c>--cluster</c> wins.
    /// </summary>
    public string Address { get; set; } = "127.0.0.1:0";

    /// <summary>
    /// File of this node's certificate, in PEM; without it each process makes its own. <c>Key</c> and <c>Authority</c>
    /// go with it.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>File of the certificate's key.</summary>
    public string? Key { get; set; }

    /// <summary>File of the certificates that sign those of the cluster's nodes.</summary>
    public string? Authority { get; set; }

    /// <summary>Whether any setting concerns other nodes.</summary>
    public bool IsGiven => HasCertificates || Address != new NodeOptions().Address;

    public bool HasCertificates => Certificate is not null;

    public IPEndPoint Endpoint => IPEndPoint.Parse(Address);

    /// <exception cref="OptionsValidationException">The settings are wrong.</exception>
    public static NodeOptions Read(IConfiguration configuration, ServiceSettings settings)
    {
        var options = configuration.GetSection(Section).Get<NodeOptions>() ?? new NodeOptions();
        options.Address = settings.Cluster ?? options.Address;
        return options.Complaint() is { } complaint
            ? throw new OptionsValidationException(Section, typeof(NodeOptions), [complaint])
            : options;
    }

    /// <summary>What is wrong with an address; null if nothing is.</summary>
    public static string? ComplaintAbout(string address)
    {
        if (!IPEndPoint.TryParse(address, out var endpoint)
            || !address.EndsWith($":{endpoint.Port}", StringComparison.Ordinal))
            return "an IP address and a port are wanted, such as 127.0.0.1:8775";
        return endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any)
            ? "an address is wanted that others reach this node by, not one that stands for all"
            : null;
    }

    private string? Complaint()
    {
        if (ComplaintAbout(Address) is { } complaint)
            return $"Cluster:Address {Address}: {complaint}.";
        if (new[] { Certificate, Key, Authority }.Count(file => file is null) is 1 or 2)
            return "Cluster:Certificate, Cluster:Key and Cluster:Authority go together.";
        return HasCertificates || IPAddress.IsLoopback(Endpoint.Address)
            ? null
            : $"Cluster:Address {Address}: without certificates nodes speak to each other on this machine alone "
                + "(kiroku certificates --help).";
    }
}
