using Kiroku.Api;
using Kiroku.Servers.Work;
using static Kiroku.Api.Parameters;

namespace Kiroku.Servers.Api;

/// <summary>
/// The schemas of the bodies of requests about servers, by microversion (nova/api/openstack/compute/schemas/servers.py,
/// server_metadata.py and server_tags.py). The file of each action holds the action's own.
/// </summary>
internal static class ServerSchemas
{
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
            (Personality.Key, ServerParameters.Personality),
            ("availability_zone", name),
            ("block_device_mapping", BlockDeviceSchemas.Old),
            ("block_device_mapping_v2", BlockDeviceSchemas.Current(version)),
            ("config_drive", Parameters.Boolean),
            ("key_name", name),
            ("min_count", PositiveInteger),
            ("max_count", PositiveInteger),
            ("return_reservation_id", Parameters.Boolean),
            ("security_groups", Schema.ArrayOf(Schema.Object(("name", name)))),
            ("user_data", ServerParameters.UserData(nullable: relaxed)));
        server = server with { Required = version >= 37 ? ["name", "flavorRef", "networks"] : ["name", "flavorRef"] };
        if (version >= 19)
            server = server.With("description", Description);
        if (version >= 52)
            server = server.With("tags", Schema.ArrayOf(Tag) with { MaxItems = ServerNotes.MostTags });
        if (version >= 57)
            server = server.Without(Personality.Key);
        if (version >= 63)
            server = server.With("trusted_image_certificates", Certificates);
        if (version >= 74)
            server = server.With("host", Fqdn).With("hypervisor_hostname", Fqdn);
        if (version >= 90)
            server = server.With("hostname", version >= 94 ? Fqdn : Hostname);
        return SchedulerHints.AddTo(Schema.Body("server", server));
    }

    public static Schema Update(Microversion version, bool relaxed)
    {
        var server = Schema.Object(
            ("name", relaxed
                ? RelaxedName
                : Name), ("OS-DCF:diskConfig", DiskConfig), ("accessIPv4", IPv4), ("accessIPv6", IPv6));
        if (version >= 19)
            server = server.With("description", Description);
        if (version >= 90)
            server = server.With("hostname", version >= 94 ? Fqdn : Hostname);
        return Schema.Body("server", server);
    }

    public static Schema AllMetadata { get; } = Schema.Body("metadata", Metadata);

    public static Schema MetadataItem { get; }
        = Schema.Body("meta", Metadata with { MinProperties = 1, MaxProperties = 1 });

    public static Schema AllTags { get; }
        = Schema.Body("tags", Schema.ArrayOf(Tag) with { MaxItems = ServerNotes.MostTags });

    public static Schema Nothing { get; } = new() { Types = ["null"] };

    /// <summary>
    /// From 2.37 on the word auto or none may stand for the list. The tag of a network exists from 2.32 to 2.36, and
    /// again from 2.42 on.
    /// </summary>
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
