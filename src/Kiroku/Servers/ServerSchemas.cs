using Kiroku.Api;
using static Kiroku.Api.Parameters;

namespace Kiroku.Servers;

/// <summary>
/// What the bodies of requests about servers may hold in each microversion
/// (nova/api/openstack/compute/schemas/servers.py, server_metadata.py, server_tags.py, shelve.py, migrate_server.py and console_output.py).
/// </summary>
internal static class ServerSchemas
{
    private static readonly Schema Personality = Schema.ArrayOf(Schema.Object(("path", Text), ("contents", Base64)));

    private static readonly Schema Hints = Schema.Object() with { Open = true };

    public static Schema Create(Microversion version, bool relaxed)
    {
        var name = relaxed ? RelaxedName : Name;
        var server = Schema.Object(
            ("name", name),
            ("imageRef", UuidOrEmpty),
            ("flavorRef", FlavorRef),
            ("adminPass", Text),
            ("metadata", Metadata),
            ("networks", Networks(version)),
            ("OS-DCF:diskConfig", DiskConfig),
            ("accessIPv4", IPv4),
            ("accessIPv6", IPv6),
            ("personality", Personality),
            ("availability_zone", name),
            ("block_device_mapping", BlockDeviceSchemas.Old),
            ("block_device_mapping_v2", BlockDeviceSchemas.Current(version)),
            ("config_drive", Parameters.Boolean),
            ("key_name", name),
            ("min_count", PositiveInteger),
            ("max_count", PositiveInteger),
            ("return_reservation_id", Parameters.Boolean),
            ("security_groups", Schema.ArrayOf(Schema.Object(("name", name)))),
            ("user_data", UserData(nullable: relaxed)));
        server = server with { Required = version >= 37 ? ["name", "flavorRef", "networks"] : ["name", "flavorRef"] };
        if (version >= 19)
            server = server.With("description", Description);
        if (version >= 52)
            server = server.With("tags", Schema.ArrayOf(Tag) with { MaxItems = ServerNotes.MostTags });
        if (version >= 57)
            server = server.Without("personality");
        if (version >= 63)
            server = server.With("trusted_image_certificates", Certificates);
        if (version >= 74)
            server = server.With("host", Fqdn).With("hypervisor_hostname", Fqdn);
        if (version >= 90)
            server = server.With("hostname", version >= 94 ? Fqdn : Hostname);
        return Schema.Object(("server", server), ("os:scheduler_hints", Hints), ("OS-SCH-HNT:scheduler_hints", Hints)) with { Required = ["server"] };
    }

    public static Schema Update(Microversion version, bool relaxed)
    {
        var server = Schema.Object(
            ("name", relaxed ? RelaxedName : Name), ("OS-DCF:diskConfig", DiskConfig), ("accessIPv4", IPv4), ("accessIPv6", IPv6));
        if (version >= 19)
            server = server.With("description", Description);
        if (version >= 90)
            server = server.With("hostname", version >= 94 ? Fqdn : Hostname);
        return Schema.Body("server", server);
    }

    public static Schema Rebuild(Microversion version, bool relaxed)
    {
        var rebuild = Schema.Object(
            ("name", relaxed ? RelaxedName : Name),
            ("imageRef", Uuid),
            ("adminPass", Text),
            ("metadata", Metadata),
            ("preserve_ephemeral", Parameters.Boolean),
            ("OS-DCF:diskConfig", DiskConfig),
            ("accessIPv4", IPv4),
            ("accessIPv6", IPv6),
            ("personality", Personality));
        rebuild = rebuild with { Required = ["imageRef"] };
        if (version >= 19)
            rebuild = rebuild.With("description", Description);
        if (version >= 54)
            rebuild = rebuild.With("key_name", NameOrNull);
        if (version >= 57)
            rebuild = rebuild.Without("personality").With("user_data", UserData(nullable: true));
        if (version >= 63)
            rebuild = rebuild.With("trusted_image_certificates", Certificates);
        if (version >= 90)
            rebuild = rebuild.With("hostname", version >= 94 ? Fqdn : Hostname);
        return Schema.Body("rebuild", rebuild);
    }

    public static Schema Resize { get; } = Schema.Body(
        "resize", Schema.Object(("flavorRef", FlavorRef), ("OS-DCF:diskConfig", DiskConfig)) with { Required = ["flavorRef"] });

    public static Schema Reboot { get; } = Schema.Body(
        "reboot", Schema.Object(("type", Schema.OneWordOf("HARD", "Hard", "hard", "SOFT", "Soft", "soft"))) with { Required = ["type"] });

    public static Schema Unshelve(Microversion version, bool relaxed)
    {
        if (relaxed || version < 77)
            return Schema.Any;
        var wishes = version < 91
            ? Schema.Object(("availability_zone", Name)) with { Required = ["availability_zone"] }
            : Schema.Object(("availability_zone", new Schema { Types = ["string", "null"] }), ("host", Fqdn));
        return Schema.Body("unshelve", wishes with { Types = ["object", "null"] });
    }

    public static Schema Migrate(Microversion version, bool relaxed) => relaxed || version < 56
        ? Schema.Any
        : Schema.Body("migrate", Schema.Object(("host", Fqdn with { Types = ["string", "null"] })) with { Types = ["object", "null"] });

    public static Schema Lock(Microversion version) => version < 73
        ? Schema.Any
        : Schema.Body("lock", Schema.Object(("locked_reason", Text with { MinLength = 1, MaxLength = 255 })) with { Types = ["object", "null"] });

    public static Schema CreateImage(Microversion version, bool relaxed) => Schema.Body(
        "createImage", Schema.Object(("name", relaxed ? RelaxedName : Name), ("metadata", Metadata)) with { Required = ["name"] });

    public static Schema Rescue { get; } = Schema.Body(
        "rescue", Schema.Object(("adminPass", Text), ("rescue_image_ref", Uuid)) with { Types = ["object", "null"] });

    public static Schema AllMetadata { get; } = Schema.Body("metadata", Metadata);

    public static Schema MetadataItem { get; } = Schema.Body("meta", Metadata with { MinProperties = 1, MaxProperties = 1 });

    public static Schema AllTags { get; } = Schema.Body("tags", Schema.ArrayOf(Tag) with { MaxItems = ServerNotes.MostTags });

    public static Schema Nothing { get; } = new() { Types = ["null"] };

    public static Schema ChangePassword { get; } = Schema.Body(
        PasswordChange.Key, Schema.Object(("adminPass", Text)) with { Required = ["adminPass"] });

    public static Schema ResetState { get; } = Schema.Body(
        "os-resetState", Schema.Object(("state", Schema.OneWordOf("active", "error"))) with { Required = ["state"] });

    public static Schema ConsoleOutput { get; } = Schema.Body(Servers.ConsoleOutput.Key, Schema.Object(
        ("length", new Schema { Types = ["integer", "string", "null"], Pattern = "^-?[0-9]+$", Minimum = -1 })));

    private static Schema UserData(bool nullable)
        => Base64 with { Types = nullable ? ["string", "null"] : ["string"], MaxLength = 65535 };

    /// <summary>From 2.37 on a word may stand for the list, and the tag of a network comes, goes and comes again.</summary>
    private static Schema Networks(Microversion version)
    {
        var network = Schema.Object(
            ("fixed_ip", Address),
            ("port", Uuid with { Types = ["string", "null"] }),
            ("uuid", version >= 37 ? Uuid : Text));
        if (version >= 42 || (version >= 32 && version < 37))
            network = network.With("tag", Tag);
        var list = Schema.ArrayOf(network);
        return version >= 37 ? new Schema { OneOf = [list, Schema.OneWordOf("none", "auto")] } : list;
    }
}
