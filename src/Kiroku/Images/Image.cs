namespace Kiroku.Images;

/// <summary>An image as kept: what its owner says of it, and what was measured when its bytes came.</summary>
internal sealed record Image
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    /// <summary>The project that made it.</summary>
    public required string Owner { get; init; }

    public required string Visibility { get; init; }

    public required string Status { get; init; }

    public string? DiskFormat { get; init; }

    public string? ContainerFormat { get; init; }

    public long? Size { get; init; }

    /// <summary>The disk's size as a guest would see it; null when the bytes are no disk of the format declared.</summary>
    public long? VirtualSize { get; init; }

    /// <summary>MD5 of the bytes, in hexadecimal.</summary>
    public string? Checksum { get; init; }

    /// <summary>SHA-512 of the bytes, in hexadecimal.</summary>
    public string? OsHashValue { get; init; }

    /// <summary>GiB that a server's disk must have.</summary>
    public int MinDisk { get; init; }

    /// <summary>MiB that a server's memory must have.</summary>
    public int MinRam { get; init; }

    public bool Protected { get; init; }

    /// <summary>Left out of lists, though still usable: superseded by another of the same name.</summary>
    public bool OsHidden { get; init; }

    /// <summary>A JSON array of strings.</summary>
    public string Tags { get; init; } = "[]";

    /// <summary>A JSON object of strings: what the owner added of their own.</summary>
    public string Properties { get; init; } = "{}";

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }
}

/// <summary>Where an image is on its way: announced, its bytes coming, usable.</summary>
internal static class ImageStatus
{
    public const string Queued = "queued";
    public const string Saving = "saving";
    public const string Active = "active";
}

/// <summary>Who sees an image. Nothing can be shared with single projects yet, so shared is as private.</summary>
internal static class ImageVisibility
{
    public const string Public = "public";
    public const string Private = "private";
    public const string Shared = "shared";
}
