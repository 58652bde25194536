using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Hosts;

/// <summary>
/// /extensions: lists those parts of the API that Kiroku has and that were optional once in Nova (extension_info.py).
/// </summary>
internal static class ExtensionsApi
{
    private static readonly (string Alias, string Name, string Description)[] All =
    [
        ("OS-DCF", "DiskConfig", "Disk Management Extension."),
        ("OS-EXT-AZ", "ExtendedAvailabilityZone", "Extended Availability Zone support."),
        ("OS-EXT-IMG-SIZE", "ImageSize", "Adds image size to image listings."),
        ("OS-EXT-IPS", "ExtendedIps", "Adds type parameter to the ip list."),
        ("OS-EXT-IPS-MAC", "ExtendedIpsMac", "Adds mac address parameter to the ip list."),
        ("OS-EXT-SRV-ATTR", "ExtendedServerAttributes", "Extended Server Attributes support."),
        ("OS-EXT-STS", "ExtendedStatus", "Extended Status support."),
        ("OS-FLV-DISABLED", "FlavorDisabled", "Support to show the disabled status of a flavor."),
        ("OS-FLV-EXT-DATA", "FlavorExtraData", "Provide additional data for flavors."),
        ("OS-SCH-HNT", "SchedulerHints", "Pass arbitrary key/value pairs to the scheduler."),
        ("OS-SRV-USG", "ServerUsage", "Adds launched_at and terminated_at on Servers."),
        ("os-access-ips", "AccessIPs", "Access IPs support."),
        ("os-admin-actions", "AdminActions", "Enable admin-only server actions."),
        ("os-admin-password", "AdminPassword", "Admin password management support."),
        ("os-attach-interfaces", "AttachInterfaces", "Attach interface support."),
        ("os-availability-zone", "AvailabilityZone",
            "1. Add availability_zone to the Create Server API. 2. Add availability zones describing."),
        ("os-block-device-mapping-v2-boot", "BlockDeviceMappingV2Boot", "Allow boot with the new BDM data format."),
        ("os-config-drive", "ConfigDrive", "Config Drive Extension."),
        ("os-console-output", "ConsoleOutput", "Console log output support, with tailing ability."),
        ("os-create-backup", "CreateBackup", "Create a backup of a server."),
        ("os-deferred-delete", "DeferredDelete", "Instance deferred delete."),
        ("os-extended-hypervisors", "ExtendedHypervisors", "Extended hypervisors support."),
        ("os-extended-quotas", "ExtendedQuotas",
            "Adds ability for admins to delete quota and optionally force the update Quota command."),
        ("os-extended-rescue-with-image", "ExtendedRescueWithImage",
            "Allow the user to specify the image to use for rescue."),
        ("os-extended-services", "ExtendedServices", "Extended services support."),
        ("os-extended-services-delete", "ExtendedServicesDelete", "Extended services deletion support."),
        ("os-extended-status", "ExtendedStatus", "Extended Status support."),
        ("os-flavor-access", "FlavorAccess", "Flavor access support."),
        ("os-flavor-extra-specs", "FlavorExtraSpecs", "Flavors extra specs support."),
        ("os-flavor-manage", "FlavorManage", "Flavor create/delete API support."),
        ("os-flavor-rxtx", "FlavorRxtx", "Support to show the rxtx status of a flavor."),
        ("os-hypervisors", "Hypervisors", "Admin-only hypervisor administration."),
        ("os-instance-actions", "InstanceActions", "View a log of actions and events taken on an instance."),
        ("os-keypairs", "Keypairs", "Keypair Support."),
        ("os-lock-server", "LockServer", "Enable lock/unlock server actions."),
        ("os-migrate-server", "MigrateServer", "Enable migrate and live-migrate server actions."),
        ("os-multiple-create", "MultipleCreate", "Allow multiple create in the Create Server v2.1 API."),
        ("os-pause-server", "PauseServer", "Enable pause/unpause server actions."),
        ("os-personality", "Personality", "Personality support."),
        ("os-quota-class-sets", "QuotaClasses", "Quota classes management support."),
        ("os-quota-sets", "Quotas", "Quotas management support."),
        ("os-rescue", "Rescue", "Instance rescue mode."),
        ("os-security-groups", "SecurityGroups", "Security group support."),
        ("os-server-group-quotas", "ServerGroupQuotas", "Adds quota support to server groups."),
        ("os-server-groups", "ServerGroups", "Server group support."),
        ("os-server-list-multi-status", "ServerListMultiStatus",
            "Allow to filter the servers by a set of status values."),
        ("os-server-sort-keys", "ServerSortKeys", "Add sorting support in get Server v2 API."),
        ("os-server-start-stop", "ServerStartStop", "Start/Stop instance compute API support."),
        ("os-services", "Services", "Services support."),
        ("os-shelve", "Shelve", "Instance shelve mode."),
        ("os-simple-tenant-usage", "SimpleTenantUsage", "Simple tenant usage extension."),
        ("os-suspend-server", "SuspendServer", "Enable suspend/resume server actions."),
        ("os-tenant-networks", "OSTenantNetworks", "Tenant-based Network Management Extension."),
        ("os-used-limits", "UsedLimits", "Provide data on limited resource that are being used."),
        ("os-used-limits-for-admin", "UsedLimitsForAdmin",
            "Provide data to admin on limited resources used by other tenants."),
        ("os-user-data", "UserData", "Add user_data to the Create Server API."),
    ];

    public static void MapExtensionRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/extensions", List);
        app.MapGet("/extensions/{alias}", Show);
    }

    private static JsonResponse List(HttpContext context)
    {
        Caller.Of(context).Require(HostRules.Extensions, Caller.Of(context).ProjectId);
        return JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("extensions");
            foreach (var extension in All)
                Write(json, extension);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static JsonResponse Show(HttpContext context, string alias)
    {
        Caller.Of(context).Require(HostRules.Extensions, Caller.Of(context).ProjectId);
        var found = Array.Find(All, extension => extension.Alias == alias);
        return found.Alias is null
            ? throw Fault.NotFound()
            : JsonResponse.Ok(json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("extension");
                Write(json, found);
                json.WriteEndObject();
            });
    }

    private static void Write(Utf8JsonWriter json, (string Alias, string Name, string Description) extension)
    {
        json.WriteStartObject();
        json.WriteString("alias", extension.Alias);
        json.WriteString("description", extension.Description);
        json.WriteStartArray("links");
        json.WriteEndArray();
        json.WriteString("name", extension.Name);
        json.WriteString("namespace", "http://docs.openstack.org/compute/ext/fake_xml");
        json.WriteString("updated", "2014-12-03T00:00:00Z");
        json.WriteEndObject();
    }
}
