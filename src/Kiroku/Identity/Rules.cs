namespace Kiroku.Identity;

/// <summary>Names of rules, as Nova and Glance name theirs; callers read them in refusals and operators in settings.</summary>
internal static class Rules
{
    public const string ServersIndex = "os_compute_api:servers:index";
    public const string ServersDetail = "os_compute_api:servers:detail";
    public const string ServersShow = "os_compute_api:servers:show";
    public const string ServersIndexAllProjects = "os_compute_api:servers:index:get_all_tenants";
    public const string ServersDetailAllProjects = "os_compute_api:servers:detail:get_all_tenants";
    public const string ServersHostStatus = "os_compute_api:servers:show:host_status";
    public const string ServerExtendedAttributes = "os_compute_api:os-extended-server-attributes";
    public const string ServersCreate = "os_compute_api:servers:create";
    public const string ServersForcedHost = "os_compute_api:servers:create:forced_host";
    public const string ServersRequestedDestination = "compute:servers:create:requested_destination";
    public const string ServersUpdate = "os_compute_api:servers:update";
    public const string ServersDelete = "os_compute_api:servers:delete";
    public const string ServersStart = "os_compute_api:servers:start";
    public const string ServersStop = "os_compute_api:servers:stop";
    public const string ServersReboot = "os_compute_api:servers:reboot";
    public const string ServersRebuild = "os_compute_api:servers:rebuild";
    public const string ServersResize = "os_compute_api:servers:resize";
    public const string ServersConfirmResize = "os_compute_api:servers:confirm_resize";
    public const string ServersRevertResize = "os_compute_api:servers:revert_resize";
    public const string Shelve = "os_compute_api:os-shelve:shelve";
    public const string Unshelve = "os_compute_api:os-shelve:unshelve";
    public const string ShelveOffload = "os_compute_api:os-shelve:shelve_offload";
    public const string UnshelveToHost = "os_compute_api:os-shelve:unshelve_to_host";
    public const string Pause = "os_compute_api:os-pause-server:pause";
    public const string Unpause = "os_compute_api:os-pause-server:unpause";
    public const string Suspend = "os_compute_api:os-suspend-server:suspend";
    public const string Resume = "os_compute_api:os-suspend-server:resume";
    public const string Lock = "os_compute_api:os-lock-server:lock";
    public const string Unlock = "os_compute_api:os-lock-server:unlock";
    public const string UnlockOverride = "os_compute_api:os-lock-server:unlock:unlock_override";
    public const string ResetState = "os_compute_api:os-admin-actions:reset_state";
    public const string ForceDelete = "os_compute_api:os-deferred-delete:force";
    public const string ConsoleOutput = "os_compute_api:os-console-output";
    public const string ActionsList = "os_compute_api:os-instance-actions:list";
    public const string ActionsShow = "os_compute_api:os-instance-actions:show";
    public const string ActionsEvents = "os_compute_api:os-instance-actions:events";
    public const string ActionsEventsDetails = "os_compute_api:os-instance-actions:events:details";
    public const string FlavorExtraSpecs = "os_compute_api:os-flavor-extra-specs:index";
    public const string KeypairsIndex = "os_compute_api:os-keypairs:index";
    public const string KeypairsShow = "os_compute_api:os-keypairs:show";
    public const string KeypairsCreate = "os_compute_api:os-keypairs:create";
    public const string KeypairsDelete = "os_compute_api:os-keypairs:delete";
    public const string ImageAdd = "add_image";
    public const string ImageUpload = "upload_image";
    public const string ImageDelete = "delete_image";
    public const string ImagePublicize = "publicize_image";
}
