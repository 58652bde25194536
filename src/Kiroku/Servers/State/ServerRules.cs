using Kiroku.Access;

namespace Kiroku.Servers.State;

/// <summary>
/// Servers' policy rules, under Nova's names where Nova has them. Each action declares its own rules.
/// </summary>
internal static class ServerRules
{
    public static readonly Rule List = Rule.Reader("os_compute_api:servers:index");
    public static readonly Rule ListDetail = Rule.Reader("os_compute_api:servers:detail");
    public static readonly Rule Show = Rule.Reader("os_compute_api:servers:show");
    public static readonly Rule ListAllProjects = Rule.Admin("os_compute_api:servers:index:get_all_tenants");
    public static readonly Rule ListDetailAllProjects = Rule.Admin("os_compute_api:servers:detail:get_all_tenants");
    public static readonly Rule HostStatus = Rule.Admin("os_compute_api:servers:show:host_status");
    public static readonly Rule ExtendedAttributes = Rule.Admin("os_compute_api:os-extended-server-attributes");
    public static readonly Rule Create = Rule.Member("os_compute_api:servers:create");
    public static readonly Rule ForcedHost = Rule.Admin("os_compute_api:servers:create:forced_host");
    public static readonly Rule RequestedDestination = Rule.Admin("compute:servers:create:requested_destination");
    public static readonly Rule Update = Rule.Member("os_compute_api:servers:update");
    public static readonly Rule AddressesList = Rule.Reader("os_compute_api:ips:index");
    public static readonly Rule AddressesShow = Rule.Reader("os_compute_api:ips:show");
    public static readonly Rule MetadataList = Rule.Reader("os_compute_api:server-metadata:index");
    public static readonly Rule MetadataShow = Rule.Reader("os_compute_api:server-metadata:show");
    public static readonly Rule MetadataCreate = Rule.Member("os_compute_api:server-metadata:create");
    public static readonly Rule MetadataUpdateAll = Rule.Member("os_compute_api:server-metadata:update_all");
    public static readonly Rule MetadataUpdate = Rule.Member("os_compute_api:server-metadata:update");
    public static readonly Rule MetadataDelete = Rule.Member("os_compute_api:server-metadata:delete");
    public static readonly Rule TagsList = Rule.Reader("os_compute_api:os-server-tags:index");
    public static readonly Rule TagsShow = Rule.Reader("os_compute_api:os-server-tags:show");
    public static readonly Rule TagsUpdate = Rule.Member("os_compute_api:os-server-tags:update");
    public static readonly Rule TagsUpdateAll = Rule.Member("os_compute_api:os-server-tags:update_all");
    public static readonly Rule TagsDelete = Rule.Member("os_compute_api:os-server-tags:delete");
    public static readonly Rule TagsDeleteAll = Rule.Member("os_compute_api:os-server-tags:delete_all");
    public static readonly Rule UsageList = Rule.Admin("os_compute_api:os-simple-tenant-usage:list");
    public static readonly Rule UsageShow = Rule.Reader("os_compute_api:os-simple-tenant-usage:show");
    public static readonly Rule VolumeAttachments = Rule.Reader("os_compute_api:os-volumes-attachments:index");
    public static readonly Rule InterfacesList = Rule.Reader("os_compute_api:os-attach-interfaces:list");
    public static readonly Rule InterfacesShow = Rule.Reader("os_compute_api:os-attach-interfaces:show");
    public static readonly Rule InterfacesCreate = Rule.Member("os_compute_api:os-attach-interfaces:create");
    public static readonly Rule InterfacesDelete = Rule.Member("os_compute_api:os-attach-interfaces:delete");
    public static readonly Rule SecurityGroups = Rule.Reader("os_compute_api:os-security-groups:list");

    public static readonly Rule Delete = Rule.Member("os_compute_api:servers:delete");
    public static readonly Rule MigrateLive = Rule.Admin("os_compute_api:os-migrate-server:migrate_live");
    public static readonly Rule Evacuate = Rule.Admin("os_compute_api:os-evacuate");
    public static readonly Rule Restore = Rule.Member("os_compute_api:os-deferred-delete:restore");
    public static readonly Rule ShelveOffload = Rule.Admin("os_compute_api:os-shelve:shelve_offload");
    public static readonly Rule CancelAction = Rule.Member("actions:cancel");
    public static readonly Rule Consoles = Rule.Member("os_compute_api:os-remote-consoles");
}
