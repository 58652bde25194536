using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>
/// The JSON Schema of images and their members. Clients read it, and requests are validated against it.
/// </summary>
internal static class ImageSchemas
{
    private const string Id =
        """{"type": "string", "description": "UUID", "pattern": "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"}""";

    private const string Image =
        $$$$$"""
        {"name": "image", "properties": {
          "id": {{{{{Id}}}}},
          "name": {"type": ["null", "string"], "description": "Name for people", "maxLength": 255},
          "status": {"type": "string", "readOnly": true, "description": "How far the image has got",
            "enum": ["queued", "saving", "active", "killed", "deleted", "uploading", "importing", "pending_delete", "deactivated"]},
          "visibility": {"type": "string", "description": "Who sees the image", "enum": ["community", "public", "private", "shared"]},
          "protected": {"type": "boolean", "description": "Whether the image cannot be deleted"},
          "os_hidden": {"type": "boolean", "description": "Whether lists leave the image out unless asked"},
          "checksum": {"type": ["null", "string"], "readOnly": true, "description": "MD5 of the bytes", "maxLength": 32},
          "os_hash_algo": {"type": ["null", "string"], "readOnly": true, "description": "What os_hash_value was made with", "maxLength": 64},
          "os_hash_value": {"type": ["null", "string"], "readOnly": true, "description": "Hash of the bytes, in hexadecimal", "maxLength": 128},
          "owner": {"type": "string", "description": "Project that the image belongs to", "maxLength": 255},
          "size": {"type": ["null", "integer"], "readOnly": true, "description": "Bytes of the file"},
          "virtual_size": {"type": ["null", "integer"], "readOnly": true, "description": "Bytes of the disk that it is"},
          "container_format": {"type": ["null", "string"], "description": "What the disk is wrapped in",
            "enum": [null, "ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]},
          "disk_format": {"type": ["null", "string"], "description": "Format of the disk",
            "enum": [null, "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"]},
          "created_at": {"type": "string", "readOnly": true, "description": "When the image was announced"},
          "updated_at": {"type": "string", "readOnly": true, "description": "When the image was last changed"},
          "tags": {"type": "array", "description": "Words to find the image by", "items": {"type": "string", "maxLength": 255}},
          "direct_url": {"type": "string", "readOnly": true, "description": "Where the store keeps it; not told here"},
          "min_ram": {"type": "integer", "description": "MiB of memory that a server of it needs"},
          "min_disk": {"type": "integer", "description": "GiB of disk that a server of it needs"},
          "self": {"type": "string", "readOnly": true, "description": "Path of the image"},
          "file": {"type": "string", "readOnly": true, "description": "Path of its bytes"},
          "stores": {"type": "string", "readOnly": true, "description": "Stores that hold it; there is one, which is not told"},
          "schema": {"type": "string", "readOnly": true, "description": "Path of this"}},
         "additionalProperties": {"type": "string"},
         "links": [{"rel": "self", "href": "{self}"}, {"rel": "enclosure", "href": "{file}"}, {"rel": "describedby", "href": "{schema}"}]}
        """;

    private const string Member =
        $$$$$"""
        {"name": "member", "properties": {
          "member_id": {"type": "string", "description": "Project that the image is shared with"},
          "image_id": {{{{{Id}}}}},
          "created_at": {"type": "string", "description": "When the project was added"},
          "updated_at": {"type": "string", "description": "When the membership last changed"},
          "status": {"type": "string", "description": "What the project says to it", "enum": ["pending", "accepted", "rejected"]},
          "schema": {"readOnly": true, "type": "string"}}}
        """;

    private const string Images =
        $$$$$"""
        {"name": "images", "properties": {"images": {"type": "array", "items": {{{{{Image}}}}}},
          "first": {"type": "string"}, "next": {"type": "string"}, "schema": {"type": "string"}},
         "links": [{"rel": "first", "href": "{first}"}, {"rel": "next", "href": "{next}"}, {"rel": "describedby", "href": "{schema}"}]}
        """;

    private const string Members =
        $$$$$"""
        {"name": "members", "properties": {"members": {"type": "array", "items": {{{{{Member}}}}}}, "schema": {"type": "string"}},
         "links": [{"rel": "describedby", "href": "{schema}"}]}
        """;

    private static readonly Dictionary<string, Schema> Attributes = ReadAttributes();

    public static void MapImageSchemas(this IEndpointRouteBuilder app)
    {
        foreach (var (name, document) in ((string, string)[])[("image", Image), ("images", Images), ("member", Member),
            ("members", Members)])
            app.MapGet($"/image/v2/schemas/{name}", () => JsonResponse.Ok(json => json.WriteRawValue(document)));
    }

    /// <summary>Whether images have a standard attribute of that name.</summary>
    public static bool Has(string name) => Attributes.ContainsKey(name);

    /// <exception cref="Fault">400 in Glance's words for a value that the attribute cannot have.</exception>
    public static void Check(string name, JsonElement value)
    {
        Check(Attributes.GetValueOrDefault(name, Parameters.Text), value);
    }

    /// <summary>The same for a value that is text.</summary>
    /// <exception cref="Fault">400 in Glance's words for a value that the attribute cannot have.</exception>
    public static void CheckText(string name, string value)
        => Check(name, JsonSerializer.SerializeToElement(value, ImageJson.Default.String));

    /// <exception cref="Fault">400 in Glance's words for an invalid tag.</exception>
    public static void CheckTag(string tag)
        => Check(Attributes["tags"].Items!, JsonSerializer.SerializeToElement(tag, ImageJson.Default.String));

    private static void Check(Schema schema, JsonElement value)
    {
        if (new SchemaCheck(relaxed: false).Errors(schema, value).FirstOrDefault() is { } error)
            throw Fault.BadRequest($"Provided object does not match schema 'image': {error.Message}");
    }

    private static Dictionary<string, Schema> ReadAttributes()
    {
        using var document = JsonDocument.Parse(Image);
        return document.RootElement.GetProperty("properties").EnumerateObject().ToDictionary(
            property => property.Name, property => Read(property.Value));
    }

    private static Schema Read(JsonElement schema) => new()
    {
        Types = Find(schema, "type") switch
        {
            { ValueKind: JsonValueKind.Array } types => [.. types.EnumerateArray().Select(type => type.GetString()!)],
            { } type => [type.GetString()!],
            null => [],
        },
        TakesWholeFloats = true,
        Enum = Find(schema, "enum")?.Clone(),
        MaxLength = Find(schema, "maxLength")?.GetInt32(),
        Pattern = Find(schema, "pattern")?.GetString(),
        Items = Find(schema, "items") is { } items ? Read(items) : null,
    };

    private static JsonElement? Find(JsonElement schema, string key)
        => schema.TryGetProperty(key, out var value) ? value : null;
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class ImageJson : System.Text.Json.Serialization.JsonSerializerContext;
