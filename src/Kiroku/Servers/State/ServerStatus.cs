namespace Kiroku.Servers.State;

/// <summary>
/// The status that users read, made from vm_state and task_state (nova/api/openstack/common.py, _STATE_MAP).
/// </summary>
internal static class ServerStatus
{
    public static string Of(Server server) => (server.VmState, server.TaskState) switch
    {
        (VmStates.Active, TaskStates.Rebooting or TaskStates.RebootPending or TaskStates.RebootStarted) => "REBOOT",
        (VmStates.Active,
            TaskStates.RebootingHard or TaskStates.RebootPendingHard or TaskStates.RebootStartedHard) => "HARD_REBOOT",
        (VmStates.Active or VmStates.Stopped or VmStates.Error,
            TaskStates.Rebuilding or TaskStates.RebuildBlockDeviceMapping or TaskStates.RebuildSpawning) => "REBUILD",
        (VmStates.Active or VmStates.Stopped,
            TaskStates.ResizePrep or TaskStates.ResizeMigrating or TaskStates.ResizeMigrated
                or TaskStates.ResizeFinish) => "RESIZE",
        (VmStates.Resized, TaskStates.ResizeReverting) => "REVERT_RESIZE",
        (VmStates.Building, _) => "BUILD",
        (VmStates.Stopped, _) => "SHUTOFF",
        (VmStates.Resized, _) => "VERIFY_RESIZE",
        (VmStates.Rescued, _) => "RESCUE",
        var (state, _) => state.ToUpperInvariant(),
    };

    /// <summary>
    /// The vm_states and task_states of statuses (task_and_vm_state_from_status), for a list. As in Nova, the
    /// task_state counts only if each status asked for belongs to task_states; otherwise there are none. Null if none
    /// of the words is a status.
    /// </summary>
    public static (IReadOnlyList<string> VmStates, IReadOnlyList<string> TaskStates)? StatesOf(
        IReadOnlyList<string> statuses)
    {
        var meant = statuses.SelectMany(status => Meanings.GetValueOrDefault(status.ToUpperInvariant(), [])).ToList();
        if (meant.Count == 0)
            return null;
        var vmStates = meant.SelectMany(meaning => meaning.VmStates).Distinct().ToList();
        return meant.Exists(meaning => meaning.TaskStates.Length == 0)
            ? (vmStates, [])
            : (vmStates, meant.SelectMany(meaning => meaning.TaskStates).Distinct().ToList());
    }

    private static readonly Dictionary<string, Meaning[]> Meanings = new()
    {
        ["ACTIVE"] = [new([VmStates.Active], [])],
        ["REBOOT"] = [new([VmStates.Active],
            [TaskStates.Rebooting, TaskStates.RebootPending, TaskStates.RebootStarted])],
        ["HARD_REBOOT"] = [new([VmStates.Active],
            [TaskStates.RebootingHard, TaskStates.RebootPendingHard, TaskStates.RebootStartedHard])],
        ["PASSWORD"] = [new([VmStates.Active], ["updating_password"])],
        ["REBUILD"] = [new([VmStates.Active, VmStates.Stopped, VmStates.Error],
            [TaskStates.Rebuilding, TaskStates.RebuildBlockDeviceMapping, TaskStates.RebuildSpawning])],
        ["MIGRATING"] = [new([VmStates.Active, VmStates.Paused], ["migrating"])],
        ["RESIZE"] = [new([VmStates.Active, VmStates.Stopped],
            [TaskStates.ResizePrep, TaskStates.ResizeMigrating, TaskStates.ResizeMigrated, TaskStates.ResizeFinish])],
        ["BUILD"] = [new([VmStates.Building], [])],
        ["SHUTOFF"] = [new([VmStates.Stopped], [])],
        ["VERIFY_RESIZE"] = [new([VmStates.Resized], [])],
        ["REVERT_RESIZE"] = [new([VmStates.Resized], [TaskStates.ResizeReverting])],
        ["PAUSED"] = [new([VmStates.Paused], [])],
        ["SUSPENDED"] = [new([VmStates.Suspended], [])],
        ["RESCUE"] = [new([VmStates.Rescued], [])],
        ["ERROR"] = [new([VmStates.Error], [])],
        ["DELETED"] = [new([VmStates.Deleted], [])],
        ["SOFT_DELETED"] = [new(["soft-delete"], [])],
        ["SHELVED"] = [new([VmStates.Shelved], [])],
        ["SHELVED_OFFLOADED"] = [new([VmStates.ShelvedOffloaded], [])],
    };

    private sealed record Meaning(string[] VmStates, string[] TaskStates);
}
