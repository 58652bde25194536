using System.Globalization;
using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Servers.Work;

/// <summary>
/// The disks that a create request maps. A server of Kiroku has only its root disk, made from imageRef. Clients may
/// name that disk once more as a mapping; every other mapping is refused (nova/block_device.py, from_api;
/// nova/compute/api.py, _validate_bdm).
/// </summary>
internal sealed class BlockDevices(JsonElement server)
{
    private const string Old = "block_device_mapping";
    private const string Current = "block_device_mapping_v2";
    private const string OneDisk =
        "This cloud has no block storage: a server has one disk, the root disk, which is made from its image.";

    // A mapping may say what is true of the root disk anyway. delete_on_termination is not checked, because Nova looks
    // at it for volumes alone, and gophercloud always sends it.
    private static readonly Dictionary<string, string[]> RootDisk = new(StringComparer.Ordinal)
    {
        ["device_name"] = ["vda", "/dev/vda"],
        ["device_type"] = ["", "disk"],
        ["disk_bus"] = ["", "virtio"],
        ["guest_format"] = [""],
        ["volume_size"] = [],
        ["tag"] = [],
        ["volume_id"] = [],
        ["snapshot_id"] = [],
        ["virtual_name"] = [],
        ["connection_info"] = [],
    };

    private readonly string image = server.TextOf("imageRef") ?? "";

    /// <summary>Refuses every mapping but one of the root disk.</summary>
    /// <exception cref="Fault">400, with Nova's words where it has any.</exception>
    public void RefuseOthers()
    {
        var mappings = Mappings(Current);
        if (Mappings(Old).Count > 0)
        {
            throw Fault.BadRequest(mappings.Count > 0
                ? "Using different block_device_mapping syntaxes is not allowed in the same request."
                : OneDisk);
        }
        foreach (var mapping in mappings)
            RequireForm(mapping);
        foreach (var mapping in mappings)
            RequireRootDisk(mapping);
        if (mappings.Count > 1)
            throw Invalid("Boot sequence for the instance and image/block device mapping combination is not valid.");
    }

    /// <summary>Makes the checks that Nova makes first, which need no image or volume.</summary>
    private void RequireForm(JsonElement mapping)
    {
        if (IsTruthy(mapping, "no_device"))
            return;
        var (source, local) = (mapping.TextOf("source_type"), mapping.TextOf("destination_type") == "local");
        if ((source == "blank") == mapping.TryGetProperty("uuid", out _))
            throw Invalid(source == "blank" ? "Invalid device UUID." : "Missing device UUID.");
        if (source == "image" && local && (image.Length == 0 || !IsFirst(mapping)))
            throw Invalid("Mapping image to local is not supported.");
        if (local && mapping.TextOf("volume_type") is { Length: > 0 })
            throw Invalid("Specifying a volume_type with destination_type=local is not supported.");
    }

    private void RequireRootDisk(JsonElement mapping)
    {
        var (source, destination) = (mapping.TextOf("source_type"), mapping.TextOf("destination_type"));
        if (source != "image" || destination != "local" || IsTruthy(mapping, "no_device"))
            throw Fault.BadRequest(OneDisk);
        // Nova makes the disk from imageRef, whatever the mapping names.
        var named = new[] { mapping.TextOf("uuid"), mapping.TextOf("image_id") }.OfType<string>();
        if (named.FirstOrDefault(name => name != image) is { } other)
            throw Invalid(
                $"The root disk is made from image {image} (imageRef) and cannot be made from {other} as well.");
        foreach (var (key, values) in RootDisk)
        {
            if (mapping.TryGetProperty(key, out _) && !values.Contains(mapping.TextOf(key)))
                throw Invalid($"The {key} of a server's root disk cannot be chosen.");
        }
    }

    private List<JsonElement> Mappings(string key)
        => server.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray()]
            : [];

    /// <summary>
    /// Whether the mapping is the first to boot from. Its index may be written as a string, and be of any length.
    /// </summary>
    private static bool IsFirst(JsonElement mapping)
        => mapping.TryGetProperty("boot_index", out var index) && index.ValueKind switch
        {
            JsonValueKind.Number => index.GetDouble() == 0,
            JsonValueKind.String => double.Parse(index.GetString()!, CultureInfo.InvariantCulture) == 0,
            _ => false,
        };

    /// <summary>Whether a value of any type is true to Python.</summary>
    private static bool IsTruthy(JsonElement mapping, string key)
        => mapping.TryGetProperty(key, out var value) && value.ValueKind switch
        {
            JsonValueKind.False or JsonValueKind.Null => false,
            JsonValueKind.String => value.GetString()!.Length > 0,
            JsonValueKind.Number => value.GetDouble() != 0,
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.Object => value.EnumerateObject().Any(),
            _ => true,
        };

    private static Fault Invalid(string why) => Fault.BadRequest($"Block Device Mapping is Invalid: {why}");
}
