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
        ("OS-EXT-SRV-ATTR", "ExtendedServerAttributes", "Extended Server Attributes support."),
        ("OS-EXT-STS", "ExtendedStatus", "Extended Status support."),
        ("OS-SRV-USG", "ServerUsage", "Adds launched_at and terminated_at on Servers."),
        ("os-access-ips", "AccessIPs", "Access IPs support."),
        ("os-admin-actions", "AdminActions", "Enable admin-only server actions."),
        ("os-availability-zone", "AvailabilityZone",
            "1. Add availability_zone to the Create Server API. 2. Add availability zones describing."),
        ("os-console-output", "ConsoleOutput", "Console log output support, with tailing ability."),
        ("os-deferred-delete", "DeferredDelete", "Instance deferred delete."),
        ("os-flavor-extra-specs", "FlavorExtraSpecs", "Flavors extra specs support."),
        ("os-hypervisors", "Hypervisors", "Admin-only hypervisor administration."),
        ("os-instance-actions", "InstanceActions", "View a log of actions and events taken on an instance."),
        ("os-lock-server", "LockServer", "Enable lock/unlock server actions."),
        ("os-multiple-create", "MultipleCreate", "Allow multiple create in the Create Server v2.1 API."),
        ("os-pause-server", "PauseServer", "Enable pause/unpause server actions."),
        ("os-quota-sets", "Quotas", "Quotas management support."),
        ("os-server-list-multi-status", "ServerListMultiStatus",
            "Allow to filter the servers by a set of status values."),
        ("os-server-sort-keys", "ServerSortKeys", "Add sorting support in get Server v2 API."),
        ("os-server-start-stop", "ServerStartStop", "Start/Stop instance compute API support."),
        ("os-services", "Services", "Services support."),
        ("os-shelve", "Shelve", "Instance shelve mode."),
        ("os-simple-tenant-usage", "SimpleTenantUsage", "Simple tenant usage extension."),
        ("os-suspend-server", "SuspendServer", "Enable suspend/resume server actions."),
        ("os-used-limits", "UsedLimits", "Provide data on limited resource that are being used."),
        ("os-used-limits-for-admin", "UsedLimitsForAdmin",
            "Provide data to admin on limited resources used by other tenants."),
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
