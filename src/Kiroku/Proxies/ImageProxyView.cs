using System.Text.Json;
using Kiroku.Api;
using Kiroku.Images;
using Kiroku.Storage;

namespace Kiroku.Proxies;

/// <summary>An image as Nova shows it (nova/api/openstack/compute/views/images.py).</summary>
internal sealed class ImageProxyView(HttpRequest request)
{
    private const string DiskConfig = "auto_disk_config";

    public void WriteBrief(Utf8JsonWriter json, Image image)
    {
        json.WriteStartObject();
        json.WriteString("id", image.Id);
        json.WriteString("name", image.Name);
        WriteLinks(json, image);
        json.WriteEndObject();
    }

    public void Write(Utf8JsonWriter json, Image image)
    {
        var metadata = MetadataOf(image);
        var (status, progress) = StageOf(image);
        json.WriteStartObject();
        json.WriteString("id", image.Id);
        json.WriteString("name", image.Name);
        json.WriteNumber("minRam", image.MinRam);
        json.WriteNumber("minDisk", image.MinDisk);
        WriteMetadata(json, metadata);
        json.WriteString("created", Timestamps.FormatSeconds(image.CreatedAt));
        json.WriteString("updated", Timestamps.FormatSeconds(image.UpdatedAt));
        json.WriteString("status", status);
        json.WriteNumber("progress", progress);
        WriteSize(json, image.Size);
        WriteLinks(json, image);
        if (metadata.TryGetValue("instance_uuid", out var server))
            WriteServer(json, server);
        if (metadata.TryGetValue(DiskConfig, out var auto))
            json.WriteString("OS-DCF:diskConfig", Truth.Of(auto, otherwise: false) ? "AUTO" : "MANUAL");
        json.WriteEndObject();
    }

    /// <summary>
    /// The owner's own properties. An older version let a snapshot have some that are named like attributes.
    /// </summary>
    public static SortedDictionary<string, string> MetadataOf(Image image)
    {
        var properties = image.ReadProperties();
        foreach (var name in properties.Keys.Where(ImageSchemas.Has).ToList())
            properties.Remove(name);
        return properties;
    }

    public static void WriteMetadata(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        json.WriteStartObject("metadata");
        foreach (var (name, value) in metadata)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static (string Status, int Progress) StageOf(Image image) => image.Status switch
    {
        ImageStatus.Active => ("ACTIVE", 100),
        ImageStatus.Saving => ("SAVING", 50),
        ImageStatus.Queued => ("SAVING", 25),
        _ => ("UNKNOWN", 0),
    };

    private static void WriteSize(Utf8JsonWriter json, long? size)
    {
        const string Size = "OS-EXT-IMG-SIZE:size";
        if (size is { } bytes)
            json.WriteNumber(Size, bytes);
        else
            json.WriteNull(Size);
    }

    private void WriteServer(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject("server");
        json.WriteString("id", id);
        Links.WriteResource(json, request, $"servers/{id}");
        json.WriteEndObject();
    }

    /// <summary>Besides Nova's two links there is one to the image service.</summary>
    private void WriteLinks(Utf8JsonWriter json, Image image)
        => Links.WriteResource(json, request, $"images/{image.Id}", () =>
        {
            json.WriteStartObject();
            json.WriteString("rel", "alternate");
            json.WriteString("type", "application/vnd.openstack.image");
            json.WriteString("href", $"{Links.Base(request)}/image/v2/images/{image.Id}");
            json.WriteEndObject();
        });
}
