namespace Kiroku.Servers;

/// <summary>What a server is between actions (nova/compute/vm_states.py). Stored and shown.</summary>
internal static class VmStates
{
    public const string Building = "building";
    public const string Active = "active";
    public const string Stopped = "stopped";
    public const string Paused = "paused";
    public const string Suspended = "suspended";
    public const string Resized = "resized";
    public const string Shelved = "shelved";
    public const string ShelvedOffloaded = "shelved_offloaded";
    public const string Error = "error";
    public const string Deleted = "deleted";
}

/// <summary>What is being done to a server, as shown while an action runs (nova/compute/task_states.py).</summary>
internal static class TaskStates
{
    public const string Scheduling = "scheduling";
    public const string BlockDeviceMapping = "block_device_mapping";
    public const string Spawning = "spawning";
    public const string Deleting = "deleting";
    public const string PoweringOn = "powering-on";
    public const string PoweringOff = "powering-off";
    public const string Rebooting = "rebooting";
    public const string RebootPending = "reboot_pending";
    public const string RebootStarted = "reboot_started";
    public const string RebootingHard = "rebooting_hard";
    public const string RebootPendingHard = "reboot_pending_hard";
    public const string RebootStartedHard = "reboot_started_hard";
    public const string Rebuilding = "rebuilding";
    public const string RebuildBlockDeviceMapping = "rebuild_block_device_mapping";
    public const string RebuildSpawning = "rebuild_spawning";
    public const string ResizePrep = "resize_prep";
    public const string ResizeMigrating = "resize_migrating";
    public const string ResizeMigrated = "resize_migrated";
    public const string ResizeFinish = "resize_finish";
    public const string ResizeReverting = "resize_reverting";
    public const string Shelving = "shelving";
    public const string ShelvingOffloading = "shelving_offloading";
    public const string Unshelving = "unshelving";
}

/// <summary>The one word that users read, from both states (nova/api/openstack/common.py, _STATE_MAP).</summary>
internal static class ServerStatus
{
    public static string Of(Server server) => (server.VmState, server.TaskState) switch
    {
        (VmStates.Active, TaskStates.Rebooting or TaskStates.RebootPending or TaskStates.RebootStarted) => "REBOOT",
        (VmStates.Active or VmStates.Stopped or VmStates.Paused or VmStates.Suspended or VmStates.Error,
            TaskStates.RebootingHard or TaskStates.RebootPendingHard or TaskStates.RebootStartedHard) => "HARD_REBOOT",
        (VmStates.Active or VmStates.Stopped or VmStates.Error,
            TaskStates.Rebuilding or TaskStates.RebuildBlockDeviceMapping or TaskStates.RebuildSpawning) => "REBUILD",
        (VmStates.Active or VmStates.Stopped,
            TaskStates.ResizePrep or TaskStates.ResizeMigrating or TaskStates.ResizeMigrated or TaskStates.ResizeFinish) => "RESIZE",
        (VmStates.Resized, TaskStates.ResizeReverting) => "REVERT_RESIZE",
        (VmStates.Building, _) => "BUILD",
        (VmStates.Stopped, _) => "SHUTOFF",
        (VmStates.Resized, _) => "VERIFY_RESIZE",
        var (state, _) => state.ToUpperInvariant(),
    };

    /// <summary>The vm_states that a status asked for in a list can mean; empty for a word that is none.</summary>
    public static IReadOnlyList<string> VmStatesOf(string status) => status.ToUpperInvariant() switch
    {
        "ACTIVE" or "REBOOT" => [VmStates.Active],
        "HARD_REBOOT" => [VmStates.Active, VmStates.Stopped, VmStates.Paused, VmStates.Suspended, VmStates.Error],
        "REBUILD" => [VmStates.Active, VmStates.Stopped, VmStates.Error],
        "RESIZE" => [VmStates.Active, VmStates.Stopped],
        "BUILD" => [VmStates.Building],
        "SHUTOFF" => [VmStates.Stopped],
        "VERIFY_RESIZE" or "REVERT_RESIZE" => [VmStates.Resized],
        "PAUSED" => [VmStates.Paused],
        "SUSPENDED" => [VmStates.Suspended],
        "SHELVED" => [VmStates.Shelved],
        "SHELVED_OFFLOADED" => [VmStates.ShelvedOffloaded],
        "ERROR" => [VmStates.Error],
        "DELETED" => [VmStates.Deleted],
        _ => [],
    };
}
