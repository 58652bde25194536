namespace Kiroku.Ui.Actions.Lists;

/// <summary>What the live record's filters know, as docs/live-record.md lists it, for forms to offer.</summary>
internal static class RecordWords
{
    public static readonly IReadOnlyList<string> Outcomes =
    [
        "running", "succeeded", "succeeded_after_retries", "failed", "interrupted", "superseded", "cancelled",
    ];

    public static readonly IReadOnlyList<string> Actions =
    [
        "create", "delete", "start", "stop", "reboot", "rebuild", "resize", "confirmResize", "revertResize", "shelve",
        "unshelve", "pause", "unpause", "suspend", "resume", "lock", "unlock", "resetState", "createImage", "rescue",
        "unrescue", "migrate", "trigger_crash_dump", "createBackup",
    ];

    public static readonly IReadOnlyList<string> Reasons =
    [
        "host-unreachable", "timed-out", "disk-full", "hypervisor-failed", "not-supported", "no-valid-host",
        "image-gone", "image-rejected", "image-unavailable", "image-not-saved", "flavor-too-small", "disk-missing",
        "config-drive-failed", "interrupted", "superseded", "cancelled", "internal-error", "unknown",
        "guest-forced-off",
    ];

    public static readonly IReadOnlyList<string> Warnings =
        ["address-unknown", "guest-forced-off", "left-for-later", "not-undone"];

    /// <summary>All fields that a filter may name.</summary>
    public static readonly IReadOnlyList<string> Fields =
    [
        "action", "attempts.details", "attempts.event", "attempts.reason_code", "attempts.result", "done",
        "duration_ms", "finish_time", "outcome", "project_id", "request_id", "server.id", "server.name", "start_time",
        "user_id", "warnings.code",
    ];

    /// <summary>All ways to compare, and the star, which asks whether there is a value.</summary>
    public static readonly IReadOnlyList<string> Signs = ["=", "!=", ":", "<", "<=", ">", ">=", "*"];
}
