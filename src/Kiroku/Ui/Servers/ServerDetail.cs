using System.Text.Json.Serialization;

namespace Kiroku.Ui.Servers;

/// <summary>A server as the page reads it from the compute API at 2.96. Times are UTC.</summary>
public sealed record ServerDetail
{
    public required Guid Id { get; init; }
    public string? Name { get; init; }
    public required string Status { get; init; }
    public string? TenantId { get; init; }
    public string? UserId { get; init; }
    public ImageReference? Image { get; init; }
    public ServerFlavorDetail? Flavor { get; init; }
    public DateTime Created { get; init; }
    public DateTime Updated { get; init; }
    public string? Description { get; init; }
    public string? KeyName { get; init; }
    public bool Locked { get; init; }
    public string? LockedReason { get; init; }
    public FaultDetail? Fault { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>By the network's name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<AddressDetail>> Addresses { get; init; }
        = new Dictionary<string, IReadOnlyList<AddressDetail>>();

    [JsonPropertyName("OS-EXT-STS:vm_state")]
    public required string VmState { get; init; }

    /// <summary>What is being done to it; null for nothing.</summary>
    [JsonPropertyName("OS-EXT-STS:task_state")]
    public string? TaskState { get; init; }

    [JsonPropertyName("OS-EXT-AZ:availability_zone")]
    public string? Zone { get; init; }

    /// <summary>For administrators; null for others, and where it is on none.</summary>
    [JsonPropertyName("OS-EXT-SRV-ATTR:host")]
    public string? Host { get; init; }

    /// <summary>Its name; the id where that would be nothing to look at.</summary>
    [JsonIgnore]
    public string Shown => string.IsNullOrWhiteSpace(Name) ? $"{Id}" : Name;

    [JsonIgnore]
    public IEnumerable<string> AllAddresses => Addresses.Values.SelectMany(known => known).Select(known => known.Addr);
}

/// <summary>The image that a server's disk was made of.</summary>
public sealed record ImageReference(string Id);

/// <summary>A server's flavor as it was when the server took it. MiB and GiB.</summary>
public sealed record ServerFlavorDetail(int Vcpus, int Ram, int Disk, string OriginalName);

/// <summary>An address of a server.</summary>
public sealed record AddressDetail(string Addr);

/// <summary>Why a server is in ERROR.</summary>
public sealed record FaultDetail(string Message, DateTime Created);

/// <summary>A page of the list of servers; it has a link where there are more.</summary>
public sealed record ServersDetail(IReadOnlyList<ServerDetail> Servers)
{
    public IReadOnlyList<LinkDetail>? ServersLinks { get; init; }
}

/// <summary>Where to go on.</summary>
public sealed record LinkDetail(string Rel, string Href);

/// <summary>The answer with one server.</summary>
public sealed record OneServer(ServerDetail Server);

/// <summary>The answer to a creation.</summary>
public sealed record MadeServer(MadeServerId Server);

/// <summary>The id of a new server.</summary>
public sealed record MadeServerId(Guid Id);

/// <summary>The answer with a console's last lines.</summary>
public sealed record ConsoleLines(string Output);
