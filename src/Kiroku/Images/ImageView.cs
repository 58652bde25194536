using System.Text.Json;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>Images as Glance shows them.</summary>
internal static class ImageView
{
    public static void WriteList(Utf8JsonWriter json, ImagePage page)
    {
        json.WriteStartObject();
        json.WriteStartArray("images");
        foreach (var image in page.Images)
            Write(json, image);
        json.WriteEndArray();
        json.WriteString("first", page.First);
        if (page.Next is not null)
            json.WriteString("next", page.Next);
        json.WriteString("schema", "/v2/schemas/images");
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Image image)
    {
        json.WriteStartObject();
        WriteProperties(json, image.Properties);
        json.WriteString("name", image.Name);
        json.WriteString("disk_format", image.DiskFormat);
        json.WriteString("container_format", image.ContainerFormat);
        json.WriteString("visibility", image.Visibility);
        WriteNumber(json, "size", image.Size);
        WriteNumber(json, "virtual_size", image.VirtualSize);
        json.WriteString("status", image.Status);
        json.WriteString("checksum", image.Checksum);
        json.WriteBoolean("protected", image.Protected);
        json.WriteNumber("min_ram", image.MinRam);
        json.WriteNumber("min_disk", image.MinDisk);
        json.WriteString("owner", image.Owner);
        json.WriteBoolean("os_hidden", image.OsHidden);
        json.WriteString("os_hash_algo", image.OsHashAlgo);
        json.WriteString("os_hash_value", image.OsHashValue);
        json.WriteString("id", image.Id);
        json.WriteString("created_at", Timestamps.FormatSeconds(image.CreatedAt));
        json.WriteString("updated_at", Timestamps.FormatSeconds(image.UpdatedAt));
        json.WritePropertyName("tags");
        json.WriteRawValue(image.Tags);
        json.WriteString("self", $"/v2/images/{image.Id}");
        json.WriteString("file", $"/v2/images/{image.Id}/file");
        json.WriteString("schema", "/v2/schemas/image");
        json.WriteEndObject();
    }

    /// <summary>
    /// Writes the owner's own properties. An older version let a snapshot have some that are named like attributes,
    /// which would give the document a key twice.
    /// </summary>
    private static void WriteProperties(Utf8JsonWriter json, string properties)
    {
        using var document = JsonDocument.Parse(properties);
        foreach (var property in document.RootElement.EnumerateObject().Where(
            property => !ImageSchemas.Has(property.Name)))
            property.WriteTo(json);
    }

    private static void WriteNumber(Utf8JsonWriter json, string key, long? number)
    {
        if (number is { } value)
            json.WriteNumber(key, value);
        else
            json.WriteNull(key);
    }
}
