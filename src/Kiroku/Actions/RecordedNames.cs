using System.Collections.Immutable;

namespace Kiroku.Actions;

/// <summary>
/// Names of actions as they are stored and shown (nova/compute/instance_actions.py). Append only: clients see them.
/// </summary>
internal static class ActionNames
{
    public const string Create = "create";
    public const string Delete = "delete";
    public const string Start = "start";
    public const string Stop = "stop";
    public const string Reboot = "reboot";
    public const string Rebuild = "rebuild";
    public const string Resize = "resize";
    public const string ConfirmResize = "confirmResize";
    public const string RevertResize = "revertResize";
    public const string Shelve = "shelve";
    public const string Unshelve = "unshelve";
    public const string Pause = "pause";
    public const string Unpause = "unpause";
    public const string Suspend = "suspend";
    public const string Resume = "resume";
    public const string Lock = "lock";
    public const string Unlock = "unlock";
    public const string ResetState = "resetState";
    public const string CreateImage = "createImage";
    public const string Rescue = "rescue";
    public const string Unrescue = "unrescue";
    public const string Migrate = "migrate";
    public const string TriggerCrashDump = "trigger_crash_dump";
    public const string CreateBackup = "createBackup";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        Create, Delete, Start, Stop, Reboot, Rebuild, Resize, ConfirmResize, RevertResize, Shelve, Unshelve, Pause,
        Unpause, Suspend, Resume, Lock, Unlock, ResetState, CreateImage, Rescue, Unrescue, Migrate, TriggerCrashDump,
        CreateBackup,
    ];
}

/// <summary>
/// Names of events as they are stored and shown: the seed's for the nine actions, Nova's for the rest. Append only.
/// </summary>
internal static class EventNames
{
    public const string Build = "compute__do_build_and_run_instance";
    public const string ScheduleAndBuild = "conductor_schedule_and_build_instances";
    public const string Terminate = "compute_terminate_instance";
    public const string Start = "compute_start_instance";
    public const string Stop = "compute_stop_instance";
    public const string Reboot = "compute_reboot_instance";
    public const string Rebuild = "compute_rebuild_instance";
    public const string ColdMigrate = "cold_migrate";
    public const string PrepResize = "compute_prep_resize";
    public const string ResizeInstance = "compute_resize_instance";
    public const string FinishResize = "compute_finish_resize";
    public const string ConfirmResize = "compute_confirm_resize";
    public const string RevertResize = "compute_revert_resize";
    public const string FinishRevertResize = "compute_finish_revert_resize";
    public const string ShelveOffload = "compute_shelve_offload_instance";
    public const string ScheduleInstances = "schedule_instances";
    public const string Unshelve = "compute_unshelve_instance";
    public const string Pause = "compute_pause_instance";
    public const string Unpause = "compute_unpause_instance";
    public const string Suspend = "compute_suspend_instance";
    public const string Resume = "compute_resume_instance";
    public const string Snapshot = "compute_snapshot_instance";
    public const string Rescue = "compute_rescue_instance";
    public const string Unrescue = "compute_unrescue_instance";
    public const string Lock = "api_lock";
    public const string Unlock = "api_unlock";
    public const string TriggerCrashDump = "compute_trigger_crash_dump";
    public const string Backup = "compute_backup_instance";
}

/// <summary>How one event ended. Stored and shown.</summary>
internal static class EventResults
{
    public const string Success = "Success";
    public const string Error = "Error";
}

/// <summary>How an action stands or ended. Stored; append only.</summary>
internal static class Outcomes
{
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string SucceededAfterRetries = "succeeded_after_retries";
    public const string Failed = "failed";

    /// <summary>It failed because the service died during it more often than it may be taken up again.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Another action took its place.</summary>
    public const string Superseded = "superseded";

    /// <summary>Somebody cancelled it, and what was done is undone.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>All of them; their places are stored. Append only.</summary>
    public static ImmutableArray<string> All { get; } =
        [Running, Succeeded, SucceededAfterRetries, Failed, Interrupted, Superseded, Cancelled];

    /// <summary>Whether Nova's clients are told "Error": the action ended, and not well.</summary>
    public static bool IsError(string outcome) => outcome is not (Running or Succeeded or SucceededAfterRetries);
}
