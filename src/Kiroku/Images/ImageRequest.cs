using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity;

namespace Kiroku.Images;

/// <summary>The body of POST /v2/images: an image announced.</summary>
internal static class ImageRequest
{
    private static readonly string[] DiskFormats = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"];
    private static readonly string[] ContainerFormats = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"];
    private static readonly string[] Visibilities = [ImageVisibility.Public, ImageVisibility.Private, ImageVisibility.Shared];
    private static readonly HashSet<string> Own =
        ["id", "name", "visibility", "disk_format", "container_format", "min_disk", "min_ram", "protected", "os_hidden", "owner", "tags"];
    private static readonly HashSet<string> ReadOnly =
        ["status", "size", "virtual_size", "checksum", "os_hash_algo", "os_hash_value", "created_at", "updated_at", "self", "file", "schema", "direct_url", "locations"];

    /// <exception cref="Fault">400 for what is no image, 403 for what the caller may not set.</exception>
    public static Image Read(JsonElement element, Caller caller, DateTime now)
    {
        var body = new BodyObject(element);
        var image = new Image
        {
            Id = Id(body),
            Name = body.OptionalString("name"),
            Owner = Owner(body, caller),
            Visibility = OneOf(body, "visibility", Visibilities) ?? ImageVisibility.Shared,
            Status = ImageStatus.Queued,
            DiskFormat = OneOf(body, "disk_format", DiskFormats),
            ContainerFormat = OneOf(body, "container_format", ContainerFormats),
            MinDisk = Number(body, "min_disk"),
            MinRam = Number(body, "min_ram"),
            Protected = Truth(body, "protected"),
            OsHidden = Truth(body, "os_hidden"),
            Tags = Tags(body),
            Properties = Properties(body),
            CreatedAt = now,
            UpdatedAt = now,
        };
        ImagesApi.Require(caller, Rules.ImageAdd, image.Owner);
        if (image.Visibility == ImageVisibility.Public)
            ImagesApi.Require(caller, Rules.ImagePublicize, image.Owner);
        return image;
    }

    private static string Id(BodyObject body)
    {
        if (body.OptionalString("id") is not { } id)
            return Guid.NewGuid().ToString();
        return Guid.TryParseExact(id, "D", out var parsed)
            ? parsed.ToString()
            : throw BodyObject.Invalid("id", body.Value("id")!.Value, $"{PythonText.Quote(id)} is not a 'uuid'");
    }

    private static string Owner(BodyObject body, Caller caller)
    {
        var owner = body.OptionalString("owner") ?? caller.ProjectId;
        return caller.IsAdmin || owner == caller.ProjectId
            ? owner
            : throw new Fault(403, $"You are not permitted to create images owned by '{owner}'.");
    }

    private static string? OneOf(BodyObject body, string key, string[] allowed)
    {
        var value = body.OptionalString(key);
        return value is null || allowed.Contains(value)
            ? value
            : throw BodyObject.Invalid(key, body.Value(key)!.Value, $"{PythonText.Quote(value)} is not one of [{string.Join(", ", allowed.Select(PythonText.Quote))}]");
    }

    private static int Number(BodyObject body, string key)
    {
        if (body.Value(key) is not { } value)
            return 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0
            ? number
            : throw BodyObject.Invalid(key, value, $"{PythonText.Repr(value)} is not a whole number from 0 to {int.MaxValue}");
    }

    private static bool Truth(BodyObject body, string key) => body.Value(key) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        { } value => throw BodyObject.Invalid(key, value, $"{PythonText.Repr(value)} is not of type 'boolean'"),
    };

    private static string Tags(BodyObject body)
    {
        if (body.Value("tags") is not { } value)
            return "[]";
        var isList = value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(tag => tag.ValueKind == JsonValueKind.String && tag.GetString()!.Length <= 255);
        return isList ? value.GetRawText() : throw BodyObject.Invalid("tags", value, $"{PythonText.Repr(value)} is not a list of strings");
    }

    private static string Properties(BodyObject body)
    {
        var properties = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in body.Element.EnumerateObject().Where(property => !Own.Contains(property.Name)))
        {
            if (ReadOnly.Contains(property.Name))
                throw new Fault(403, $"Attribute '{property.Name}' is read-only.");
            if (property.Name.Length is 0 or > 255 || property.Name.StartsWith("os_glance", StringComparison.Ordinal))
                throw new Fault(403, $"Attribute '{property.Name}' is reserved.");
            properties[property.Name] = body.String(property.Name, max: 65_535);
        }
        return System.Text.Encoding.UTF8.GetString(JsonResponse.ToBytes(json =>
        {
            json.WriteStartObject();
            foreach (var (key, value) in properties)
                json.WriteString(key, value);
            json.WriteEndObject();
        }));
    }
}
