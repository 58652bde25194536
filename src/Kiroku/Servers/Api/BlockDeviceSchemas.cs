using Kiroku.Api;
using static Kiroku.Api.Parameters;

namespace Kiroku.Servers.Api;

/// <summary>
/// The schemas of block device mappings in a create request, by microversion
/// (nova/api/openstack/compute/schemas/servers.py).
/// </summary>
internal static class BlockDeviceSchemas
{
    private static readonly Schema UpTo255 = Text with { MaxLength = 255 };

    private static readonly Schema Size = new()
    {
        Types = ["integer", "string"],
        Pattern = "^[0-9]+$",
        Minimum = 1,
        Maximum = int.MaxValue,
    };

    private static readonly Schema OldItem = Schema.Object(
        ("virtual_name", UpTo255),
        ("volume_id", Uuid),
        ("snapshot_id", Uuid),
        ("volume_size", Size),
        ("device_name", UpTo255 with { Pattern = "^[a-zA-Z0-9._/-]*$", MinLength = 1 }),
        ("delete_on_termination", Parameters.Boolean),
        ("no_device", Schema.Any),
        ("connection_info", Text with { MaxLength = 16_777_215 }));

    private static readonly Schema Item = OldItem
        .With("source_type", Schema.OneWordOf("volume", "image", "snapshot", "blank"))
        .With("uuid", UpTo255 with { Pattern = "^[a-zA-Z0-9._-]*$", MinLength = 1 })
        .With("image_id", Uuid)
        .With("destination_type", Schema.OneWordOf("local", "volume"))
        .With("guest_format", UpTo255)
        .With("device_type", UpTo255)
        .With("disk_bus", UpTo255)
        .With("boot_index", new Schema { Types = ["integer", "string", "null"], Pattern = "^-?[0-9]+$" });

    /// <summary>The mappings in the old form of the EC2 API.</summary>
    public static Schema Old { get; } = Schema.ArrayOf(OldItem);

    /// <summary>The mappings in today's form. The tag of a disk exists in 2.32, and again from 2.42 on.</summary>
    public static Schema Current(Microversion version)
    {
        var item = version >= 42 || version.Minor == 32 ? Item.With("tag", Tag) : Item;
        if (version >= 67)
            item = item.With("volume_type", UpTo255 with { Types = ["string", "null"] });
        return Schema.ArrayOf(item);
    }
}
