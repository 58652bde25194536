using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>
/// Free metadata of a snapshot. Nova hands it to Glance among the image's attributes, so a key that is an attribute's
/// name means that attribute: it is taken, overwritten by Nova's own value, or refused by Glance
/// (nova/image/glance.py, _convert_to_v2; nova/compute/utils.py).
/// </summary>
internal static class SnapshotMetadata
{
    /// <summary>
    /// Properties of a server's image that a snapshot of the server does not have. Those of Nova's setting
    /// non_inheritable_image_properties come first, with its default; the rest are Nova's constants.
    /// </summary>
    private static readonly HashSet<string> NotInherited =
    [
        "cache_in_nova", "bittorrent", "cinder_encryption_key_id", "cinder_encryption_key_deletion_policy",
        "img_signature", "img_signature_hash_method", "img_signature_key_type", "img_signature_certificate_uuid",
        "mappings", "block_device_mapping", "img_mappings", "img_block_device_mapping",
    ];

    /// <summary>The properties that a snapshot of a server has from the server's image.</summary>
    /// <param name="image">The image; null if it is gone.</param>
    /// <param name="kept">Those that the server keeps, however the image has changed.</param>
    public static SortedDictionary<string, string> InheritedFrom(
        Image? image, IReadOnlyDictionary<string, string> kept)
    {
        var properties = image?.ReadProperties() ?? new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in kept)
            properties[name] = value;
        foreach (var name in properties.Keys.Where(name => !IsInherited(name, properties[name])).ToList())
            properties.Remove(name);
        return properties;
    }

    /// <summary>The id that the metadata gives the image; null if it gives none.</summary>
    /// <exception cref="Fault">400: it is no UUID.</exception>
    public static string? IdOf(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue("id", out var id))
            return null;
        InNovasWords(() => ImageSchemas.CheckText("id", id));
        return id.ToLowerInvariant();
    }

    /// <summary>The image with the metadata of a caller, who may be an administrator.</summary>
    /// <exception cref="Fault">400 or 403 in Glance's words, as Nova passes them on.</exception>
    public static Image Apply(Image image, IReadOnlyDictionary<string, string> metadata, bool byAdmin)
    {
        InNovasWords(() =>
        {
            foreach (var (name, value) in metadata.Where(pair => pair.Key != "id"))
                image = Apply(image, name, value, byAdmin);
        });
        return image;
    }

    private static Image Apply(Image image, string name, string value, bool byAdmin)
    {
        // Nova sets its own name and visibility after it has taken the metadata.
        if (IsNoKernel(name, value) || name is "name" or "visibility")
            return image;
        // Nova would share the image with that project, which Glance refuses for a private one.
        if (name == "instance_owner")
            throw new Fault(403, "Only shared images have members.");
        ImageAttributes.RequireWritable(name);
        if (!ImageSchemas.Has(name))
            return ImageAttributes.WithProperty(image, name, value);
        // Text is no value for attributes that are numbers, truths or lists. Of the rest, Nova sets the formats itself.
        ImageSchemas.CheckText(name, value);
        if (name != "owner" || value == image.Owner)
            return image;
        return byAdmin
            ? image with { Owner = value }
            : throw new Fault(403, $"You are not permitted to create images owned by '{value}'");
    }

    private static bool IsInherited(string name, string value)
        => !NotInherited.Contains(name) && !IsNoKernel(name, value) && !ImageSchemas.Has(name)
            && !name.StartsWith("os_glance", StringComparison.Ordinal);

    private static bool IsNoKernel(string name, string value)
        => name is "kernel_id" or "ramdisk_id" && value.Trim().ToLowerInvariant() is "none" or "";

    private static void InNovasWords(Action check)
    {
        try
        {
            check();
        }
        catch (Fault fault)
        {
            throw fault.Status == StatusCodes.Status400BadRequest
                ? Fault.BadRequest($"HTTP 400 Bad Request: {fault.Message}")
                : new Fault(403, $"HTTP 403 Forbidden: {fault.Message}");
        }
    }
}
