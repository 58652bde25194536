using System.Text;
using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>A stored image: its owner's description, and what was measured when its bytes arrived.</summary>
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
    /// The size of the disk as a guest sees it; null if the bytes are not a disk of the declared format.
    /// </summary>
    public long? VirtualSize { get; init; }

    /// <summary>MD5 of the bytes, in hexadecimal.</summary>
    public string? Checksum { get; init; }

    /// <summary>SHA-512 of the bytes, in hexadecimal.</summary>
    public string? OsHashValue { get; init; }

    /// <summary>The algorithm of <see cref="OsHashValue"/>.</summary>
    public string? OsHashAlgo => OsHashValue is null ? null : "sha512";

    /// <summary>The node that holds or receives the bytes; null for a folder that all nodes share.</summary>
    public string? Node { get; init; }

    /// <summary>The smallest disk for a server, in GiB.</summary>
    public int MinDisk { get; init; }

    /// <summary>The least memory for a server, in MiB.</summary>
    public int MinRam { get; init; }

    public bool Protected { get; init; }

    /// <summary>Whether it is left out of lists, though still usable: a newer image of the same name supersedes
    /// it.</summary>
    public bool OsHidden { get; init; }

    /// <summary>A JSON array of strings.</summary>
    public string Tags { get; init; } = "[]";

    /// <summary>The owner's own properties, as a JSON object of strings.</summary>
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

    /// <summary>The owner's own properties, sorted by name.</summary>
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

/// <summary>The stages of an image: announced, receiving its bytes, usable, deactivated.</summary>
internal static class ImageStatus
{
    public const string Queued = "queued";
    public const string Saving = "saving";
    public const string Active = "active";
    public const string Deactivated = "deactivated";
}

/// <summary>
/// Who sees an image: only its owner, also the projects that it is shared with, or everyone. Others see a community
/// image in lists only if they ask for such images.
/// </summary>
internal static class ImageVisibility
{
    public const string Public = "public";
    public const string Private = "private";
    public const string Shared = "shared";
    public const string Community = "community";
}
