using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>
/// Sets image attributes by the names that requests use, and decides who may set which to what
/// (glance/api/v2/images.py, glance/domain, glance/quota).
/// </summary>
internal static class ImageAttributes
{
    /// <summary>Glance's defaults for image_property_quota, image_tag_quota and image_member_quota.</summary>
    public const int MostOfAKind = 128;
    private const int LongestName = 255;

    private static readonly HashSet<string> ReadOnly =
    [
        "created_at", "updated_at", "status", "checksum", "size", "virtual_size", "direct_url", "self", "file",
        "schema", "id",
        "os_hash_algo", "os_hash_value", "stores",
    ];

    private static readonly HashSet<string> Reserved = ["location", "locations", "deleted", "deleted_at"];

    /// <exception cref="Fault">403 for an attribute that the service sets itself, 400 for an invalid
    /// name.</exception>
    public static void RequireWritable(string name)
    {
        if (ReadOnly.Contains(name))
            throw new Fault(403, $"Attribute '{name}' is read-only.");
        if (Reserved.Contains(name) || name.StartsWith("os_glance", StringComparison.Ordinal))
            throw new Fault(403, $"Attribute '{name}' is reserved.");
        if (name.Length is 0 or > LongestName)
            throw Fault.BadRequest($"Custom property should not be greater than {LongestName} characters.");
        if (IsBeyondThreeBytes(name))
            throw Fault.BadRequest("Property names can't contain 4 byte unicode.");
    }

    /// <summary>Sets an attribute, or one of the owner's own properties.</summary>
    /// <exception cref="Fault">400 for an invalid value, 403 if the caller or the image's status does not allow
    /// it.</exception>
    public static Image Set(Image image, string name, JsonElement value, Caller caller)
    {
        ImageSchemas.Check(name, value);
        if (value.ValueKind == JsonValueKind.String)
            RequireThreeBytes(name, value.GetString()!);
        return name switch
        {
            "name" => image with { Name = value.GetString() },
            "visibility" => image with { Visibility = Visibility(image, value.GetString()!, caller) },
            "owner" => image with { Owner = value.GetString()! },
            "protected" => image with { Protected = value.GetBoolean() },
            "os_hidden" => image with { OsHidden = value.GetBoolean() },
            "min_disk" => image with { MinDisk = Number(name, value) },
            "min_ram" => image with { MinRam = Number(name, value) },
            "disk_format" => WhileQueued(image, name) with { DiskFormat = value.GetString() },
            "container_format" => WhileQueued(image, name) with { ContainerFormat = value.GetString() },
            "tags" => WithTags(image, [.. value.EnumerateArray().Select(tag => tag.GetString()!)]),
            _ => WithProperty(image, name, value.GetString()!),
        };
    }

    /// <exception cref="Fault">413 for too many tags, 400 for invalid ones.</exception>
    public static Image WithTags(Image image, IReadOnlyCollection<string> tags)
    {
        if (tags.Any(IsBeyondThreeBytes))
            throw Fault.BadRequest("Param values can't contain 4 byte unicode.");
        RequireWithinLimit("tags", tags.Distinct(StringComparer.Ordinal).Count());
        return image.WithTags(tags);
    }

    /// <exception cref="Fault">413 if there are too many.</exception>
    public static void RequireWithinLimit(string kind, int attempted)
    {
        if (attempted > MostOfAKind)
            throw new Fault(413, $"The limit has been exceeded on the number of allowed image {kind}. Attempted: "
                + $"{attempted}, Maximum: {MostOfAKind}");
    }

    private static string Visibility(Image image, string visibility, Caller caller)
    {
        if (visibility == ImageVisibility.Public)
            ImageAccess.Require(caller, ImageRules.Publicize, image.Owner);
        else if (visibility == ImageVisibility.Community)
            ImageAccess.Require(caller, ImageRules.Communitize, image.Owner);
        return visibility;
    }

    private static int Number(string name, JsonElement value)
    {
        var number = value.GetDouble();
        var wrong = number < 0 ? "Cannot be a negative value" : number > int.MaxValue
            ? $"Cannot be more than {int.MaxValue}" : null;
        return wrong is null ? (int)number : throw Fault.BadRequest(
            $"Invalid value '{value.GetRawText()}' for parameter '{name}': {wrong}");
    }

    private static Image WhileQueued(Image image, string name) => image.Status == ImageStatus.Queued
        ? image
        : throw new Fault(403, $"Attribute {name} can be only replaced for a queued image.");

    /// <summary>Sets one of the owner's own properties, whose name must be no attribute's.</summary>
    /// <exception cref="Fault">400 for an invalid value, 413 if there are too many.</exception>
    public static Image WithProperty(Image image, string name, string value)
    {
        RequireThreeBytes(name, value);
        var properties = image.ReadProperties();
        var isNew = !properties.ContainsKey(name);
        properties[name] = value;
        if (isNew)
            RequireWithinLimit("properties", properties.Count);
        return image.WithProperties(properties);
    }

    private static void RequireThreeBytes(string name, string value)
    {
        if (IsBeyondThreeBytes(value))
            throw Fault.BadRequest(
                $"{char.ToUpperInvariant(name[0])}{name[1..]} can't contain 4 byte unicode characters.");
    }

    /// <summary>Glance refuses such characters because its columns in MySQL cannot hold them.</summary>
    private static bool IsBeyondThreeBytes(string text) => text.Any(char.IsSurrogate);
}
