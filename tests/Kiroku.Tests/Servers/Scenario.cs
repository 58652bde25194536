using Kiroku.Actions;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>
/// An action on a server in a state where it is allowed: its preparation, what it records, and how it ends.
/// </summary>
internal sealed record Scenario(string Name, string[] Before, string Json, string[] Events, string EndsIn)
{
    private const string Start = """{"os-start":null}""";
    private const string Stop = """{"os-stop":null}""";
    private const string Resize = """{"resize":{"flavorRef":"84"}}""";
    private const string Rebuild = """{"rebuild":{"imageRef":"IMAGE"}}""";
    private const string Confirm = """{"confirmResize":null}""";
    private const string Revert = """{"revertResize":null}""";
    private const string Shelve = """{"shelve":null}""";
    private const string Unshelve = """{"unshelve":null}""";
    private const string Soft = """{"reboot":{"type":"SOFT"}}""";
    private const string Hard = """{"reboot":{"type":"HARD"}}""";

    private const string Pause = """{"pause":null}""";
    private const string Unpause = """{"unpause":null}""";
    private const string Suspend = """{"suspend":null}""";
    private const string Resume = """{"resume":null}""";
    private const string Rescue = """{"rescue":null}""";
    private const string Unrescue = """{"unrescue":null}""";
    private const string CreateImage = """{"createImage":{"name":"snap","metadata":{"a":"b"}}}""";
    private const string CreateBackup = """{"createBackup":{"name":"b","backup_type":"daily","rotation":1}}""";
    private const string CrashDump = """{"trigger_crash_dump":null}""";
    private const string Lock = """{"lock":null}""";
    private const string Unlock = """{"unlock":null}""";

    private static readonly string[] ResizeEvents = [
        EventNames.ColdMigrate, EventNames.PrepResize, EventNames.ResizeInstance, EventNames.FinishResize];

    private static readonly Scenario[] Each =
    [
        new("start", [Stop], Start, [EventNames.Start], VmStates.Active),
        new("stop", [], Stop, [EventNames.Stop], VmStates.Stopped),
        new("soft reboot", [], Soft, [EventNames.Reboot], VmStates.Active),
        new("hard reboot", [], Hard, [EventNames.Reboot], VmStates.Active),
        new("hard reboot of a stopped server", [Stop], Hard, [EventNames.Reboot], VmStates.Active),
        new("rebuild", [], Rebuild, [EventNames.Rebuild], VmStates.Active),
        new("rebuild of a stopped server", [Stop], Rebuild, [EventNames.Rebuild, EventNames.Stop], VmStates.Stopped),
        new("resize", [], Resize, ResizeEvents, VmStates.Resized),
        new("resize of a stopped server", [Stop], Resize, ResizeEvents, VmStates.Resized),
        new("confirmResize", [Resize], Confirm, [EventNames.ConfirmResize], VmStates.Active),
        new("confirmResize of a stopped server", [Stop, Resize], Confirm, [EventNames.ConfirmResize], VmStates.Stopped),
        new("revertResize", [Resize], Revert, [EventNames.RevertResize, EventNames.FinishRevertResize],
            VmStates.Active),
        new("revertResize of a stopped server", [Stop, Resize], Revert,
            [EventNames.RevertResize, EventNames.FinishRevertResize, EventNames.Stop], VmStates.Stopped),
        new("shelve", [], Shelve, [EventNames.ShelveOffload], VmStates.ShelvedOffloaded),
        new("shelve of a stopped server", [Stop], Shelve, [EventNames.ShelveOffload], VmStates.ShelvedOffloaded),
        new("unshelve", [Shelve], Unshelve, [EventNames.ScheduleInstances, EventNames.Unshelve], VmStates.Active),
        new("pause", [], Pause, [EventNames.Pause], VmStates.Paused),
        new("unpause", [Pause], Unpause, [EventNames.Unpause], VmStates.Active),
        new("suspend", [], Suspend, [EventNames.Suspend], VmStates.Suspended),
        new("resume", [Suspend], Resume, [EventNames.Resume], VmStates.Active),
        new("createImage", [], CreateImage, [EventNames.Snapshot], VmStates.Active),
        new("createImage of a stopped server", [Stop], CreateImage, [EventNames.Snapshot], VmStates.Stopped),
        new("createImage of a paused server", [Pause], CreateImage, [EventNames.Snapshot], VmStates.Paused),
        new("createBackup", [CreateBackup], CreateBackup, [EventNames.Backup], VmStates.Active),
        new("createBackup of a stopped server", [Stop], CreateBackup, [EventNames.Backup], VmStates.Stopped),
        new("rescue", [], Rescue, [EventNames.Rescue], VmStates.Rescued),
        new("rescue of a stopped server", [Stop], """{"rescue":{"rescue_image_ref":"IMAGE"}}""", [EventNames.Rescue],
            VmStates.Rescued),
        new("unrescue", [Rescue], Unrescue, [EventNames.Unrescue], VmStates.Active),
        new("hard reboot of a paused server", [Pause], Hard, [EventNames.Reboot], VmStates.Active),
        new("hard reboot of a suspended server", [Suspend], Hard, [EventNames.Reboot], VmStates.Active),
        new("shelve of a paused server", [Pause], Shelve, [EventNames.ShelveOffload], VmStates.ShelvedOffloaded),
        new("shelve of a suspended server", [Suspend], Shelve, [EventNames.ShelveOffload], VmStates.ShelvedOffloaded),
        new("trigger_crash_dump", [], CrashDump, [EventNames.TriggerCrashDump], VmStates.Active),
        new("trigger_crash_dump of a paused server", [Pause], CrashDump, [EventNames.TriggerCrashDump],
            VmStates.Paused),
        new("trigger_crash_dump of a rescued server", [Rescue], CrashDump, [EventNames.TriggerCrashDump],
            VmStates.Rescued),
        new("trigger_crash_dump of a resized server", [Resize], CrashDump, [EventNames.TriggerCrashDump],
            VmStates.Resized),
    ];

    /// <summary>Actions that are complete when they are answered, without the machine.</summary>
    private static readonly Scenario[] AtOnce =
    [
        new("lock", [], Lock, [EventNames.Lock], VmStates.Active),
        new("unlock", [Lock], Unlock, [EventNames.Unlock], VmStates.Active),
    ];

    public static TheoryData<string> All => [.. Each.Concat(AtOnce).Select(scenario => scenario.Name)];

    /// <summary>Actions that take some time, so that something else can happen meanwhile.</summary>
    public static TheoryData<string> Lasting => [.. Each.Select(scenario => scenario.Name)];

    public static Scenario Of(string name) => Each.Concat(AtOnce).Single(scenario => scenario.Name == name);

    /// <summary>The scenario whose body has that key.</summary>
    public static Scenario? OfKey(string key)
        => Each.Concat(AtOnce).FirstOrDefault(
            scenario => scenario.Json.StartsWith($$"""{"{{key}}":""", StringComparison.Ordinal));

    public string Body(Cloud cloud) => Json.Replace("IMAGE", cloud.Image, StringComparison.Ordinal);

    /// <summary>Creates a server and brings it into a state where the action is allowed.</summary>
    public async Task<Guid> PrepareAsync(Cloud cloud)
    {
        var server = await cloud.CreateServerAsync();
        foreach (var body in Before)
            await cloud.DoAsync(server, body);
        return server;
    }
}
