namespace Kiroku.ConfigDrives;

/// <summary>The data that a guest is given about itself.</summary>
internal sealed record GuestFacts
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Hostname { get; init; }

    public required string ProjectId { get; init; }

    public required string ImageId { get; init; }

    public required string FlavorName { get; init; }

    public required string Zone { get; init; }

    public required string ReservationId { get; init; }

    public required int LaunchIndex { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public GuestKey? Key { get; init; }

    public string? AdminPass { get; init; }

    public byte[]? UserData { get; init; }

    /// <summary>The MAC address of its network card; null if it has none.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Files for its own file system.</summary>
    public IReadOnlyList<GuestFile> Files { get; init; } = [];

    /// <summary>The name by which the guest is to find its network card; null for none.</summary>
    public string? CardTag { get; init; }
}

/// <summary>A file that a guest is to have, and where.</summary>
internal sealed record GuestFile(string Path, byte[] Content);

/// <summary>A public key with which someone may log in.</summary>
internal sealed record GuestKey(string Name, string Type, string PublicKey);
