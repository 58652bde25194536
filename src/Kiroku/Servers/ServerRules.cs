using Kiroku.Access;

namespace Kiroku.Servers;

/// <summary>Servers' policy rules, under Nova's names.</summary>
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
    public static readonly Rule InterfaceAttachments = Rule.Reader("os_compute_api:os-attach-interfaces:list");
    public static readonly Rule SecurityGroups = Rule.Reader("os_compute_api:os-security-groups:list");

    // Actions.
    public static readonly Rule Delete = Rule.Member("os_compute_api:servers:delete");
    public static readonly Rule ForceDelete = Rule.Member("os_compute_api:os-deferred-delete:force");
    public static readonly Rule Start = Rule.Member("os_compute_api:servers:start");
    public static readonly Rule Stop = Rule.Member("os_compute_api:servers:stop");
    public static readonly Rule Reboot = Rule.Member("os_compute_api:servers:reboot");
    public static readonly Rule Rebuild = Rule.Member("os_compute_api:servers:rebuild");
    public static readonly Rule Resize = Rule.Member("os_compute_api:servers:resize");
    public static readonly Rule ConfirmResize = Rule.Member("os_compute_api:servers:confirm_resize");
    public static readonly Rule RevertResize = Rule.Member("os_compute_api:servers:revert_resize");
    public static readonly Rule Shelve = Rule.Member("os_compute_api:os-shelve:shelve");
    public static readonly Rule Unshelve = Rule.Member("os_compute_api:os-shelve:unshelve");
    public static readonly Rule UnshelveToHost = Rule.Admin("os_compute_api:os-shelve:unshelve_to_host");
    public static readonly Rule ShelveOffload = Rule.Admin("os_compute_api:os-shelve:shelve_offload");
    public static readonly Rule Migrate = Rule.Admin("os_compute_api:os-migrate-server:migrate");
    public static readonly Rule MigrateToHost = Rule.Admin("os_compute_api:os-migrate-server:migrate:host");
    public static readonly Rule MigrateLive = Rule.Admin("os_compute_api:os-migrate-server:migrate_live");
    public static readonly Rule Evacuate = Rule.Admin("os_compute_api:os-evacuate");
    public static readonly Rule Pause = Rule.Member("os_compute_api:os-pause-server:pause");
    public static readonly Rule Unpause = Rule.Member("os_compute_api:os-pause-server:unpause");
    public static readonly Rule Suspend = Rule.Member("os_compute_api:os-suspend-server:suspend");
    public static readonly Rule Resume = Rule.Member("os_compute_api:os-suspend-server:resume");
    public static readonly Rule CreateImage = Rule.Member("os_compute_api:servers:create_image");
    public static readonly Rule Rescue = Rule.Member("os_compute_api:os-rescue");
    public static readonly Rule Unrescue = Rule.Member("os_compute_api:os-unrescue");
    public static readonly Rule ResetState = Rule.Admin("os_compute_api:os-admin-actions:reset_state");
    public static readonly Rule Lock = Rule.Member("os_compute_api:os-lock-server:lock");
    public static readonly Rule Unlock = Rule.Member("os_compute_api:os-lock-server:unlock");
    public static readonly Rule UnlockOverride = Rule.Admin("os_compute_api:os-lock-server:unlock:unlock_override");
    public static readonly Rule AdminPassword = Rule.Member("os_compute_api:os-admin-password");
    public static readonly Rule ConsoleOutput = Rule.Member("os_compute_api:os-console-output");

    public static IEnumerable<Rule> All => Rule.DeclaredIn(typeof(ServerRules));
}
