using System.Text;
using System.Text.Json;
using Kiroku.Api;

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

    /// <summary>
    /// The disk's size as a guest would see it; null when the bytes are no disk of the format declared.
    /// </summary>
    public long? VirtualSize { get; init; }

    /// <summary>MD5 of the bytes, in hexadecimal.</summary>
    public string? Checksum { get; init; }

    /// <summary>SHA-512 of the bytes, in hexadecimal.</summary>
    public string? OsHashValue { get; init; }

    /// <summary>What <see cref="OsHashValue"/> was made with.</summary>
    public string? OsHashAlgo => OsHashValue is null ? null : "sha512";

    /// <summary>The node that has the bytes, or that is taking them; null for a folder that all nodes share.</summary>
    public string? Node { get; init; }

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

    public IReadOnlyList<string> ReadTags()
    {
        using var document = JsonDocument.Parse(Tags);
        return [.. document.RootElement.EnumerateArray().Select(tag => tag.GetString()!)];
    }

    public Image WithTags(IEnumerable<string> tags) => this with
    {
        Tags = ToText(json =>
        {
            json.WriteStartArray();
            foreach (var tag in tags.Distinct(StringComparer.Ordinal))
                json.WriteStringValue(tag);
            json.WriteEndArray();
        }),
    };

    /// <summary>What the owner added of their own, in the order of the names.</summary>
    public SortedDictionary<string, string> ReadProperties()
    {
        using var document = JsonDocument.Parse(Properties);
        var properties = document.RootElement.EnumerateObject().ToDictionary(
            property => property.Name, property => property.Value.GetString()!);
        return new SortedDictionary<string, string>(properties, StringComparer.Ordinal);
    }

    public Image WithProperties(SortedDictionary<string, string> properties) => this with
    {
        Properties = ToText(json =>
        {
            json.WriteStartObject();
            foreach (var (name, value) in properties)
                json.WriteString(name, value);
            json.WriteEndObject();
        }),
    };

    private static string ToText(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(JsonResponse.ToBytes(write));
}

/// <summary>Where an image is on its way: announced, its bytes coming, usable, taken out of use.</summary>
internal static class ImageStatus
{
    public const string Queued = "queued";
    public const string Saving = "saving";
    public const string Active = "active";
    public const string Deactivated = "deactivated";
}

/// <summary>
/// Who sees an image: its owner, with it those whom it is shared with, or everyone; a community image is in others'
/// lists only where they ask for such.
/// </summary>
internal static class ImageVisibility
{
    public const string Public = "public";
    public const string Private = "private";
    public const string Shared = "shared";
    public const string Community = "community";
}
