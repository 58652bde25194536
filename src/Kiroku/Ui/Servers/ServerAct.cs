using System.Text;
using System.Text.Json.Nodes;

namespace Kiroku.Ui.Servers;

/// <summary>
/// What can be done to a server, in the order in which it is offered, and the states in which the API allows it
/// (docs/actions.md; a test compares). The API has the last word.
/// </summary>
public sealed record ServerAct
{
    private const string Active = "active", Stopped = "stopped", Paused = "paused", Suspended = "suspended",
        Failed = "error", Resized = "resized", Rescued = "rescued", Shelved = "shelved_offloaded";

    /// <summary>The fields of forms that say more than the act's name.</summary>
    public const string Flavor = "flavor", Image = "image", Name = "name", Reason = "reason";

    public static IReadOnlyList<ServerAct> All { get; } =
    [
        new("confirmResize", Resized) { Asks = Asking.Twice, IsFirst = true },
        new("revertResize", Resized) { Asks = Asking.Twice },
        new("unrescue", Rescued) { IsFirst = true },
        new("unshelve", Shelved) { IsFirst = true },
        new("resume", Suspended) { IsFirst = true },
        new("unpause", Paused) { IsFirst = true },
        new("start", Stopped) { Key = "os-start", IsFirst = true },
        new("stop", Active, Failed) { Key = "os-stop" },
        new("reboot", Active) { Make = _ => new JsonObject { ["type"] = "SOFT" } },
        new("hardReboot", Active, Stopped, Paused, Suspended, Failed)
        {
            Key = "reboot", Make = _ => new JsonObject { ["type"] = "HARD" }, Asks = Asking.Twice,
            TaskStates =
            [
                "rebooting", "reboot_pending", "reboot_started", "rebooting_hard", "pausing", "unpausing", "suspending",
                "resuming",
            ],
        },
        new("pause", Active),
        new("suspend", Active),
        new("shelve", Active, Stopped, Paused, Suspended) { Asks = Asking.Twice },
        new("resize", Active, Stopped)
        {
            Make = form => new JsonObject { ["flavorRef"] = Text(form, Flavor) }, Asks = Asking.WithForm,
        },
        new("createImage", Active, Stopped, Paused, Suspended)
        {
            Make = form => new JsonObject { ["name"] = Text(form, Name) }, Asks = Asking.WithForm,
        },
        new("lock")
        {
            Make = form => Text(form, Reason) is { Length: > 0 } reason
                ? new JsonObject { ["locked_reason"] = reason } : null,
            Asks = Asking.WithForm, IsOfAnyTask = true,
        },
        new("unlock") { IsOfAnyTask = true },
        new("rescue", Active, Stopped, Failed)
        {
            Make = form => Text(form, Image) is { Length: > 0 } image
                ? new JsonObject { ["rescue_image_ref"] = image } : null,
            Asks = Asking.WithForm,
        },
        new("rebuild", Active, Stopped, Failed)
        {
            Make = form => new JsonObject { ["imageRef"] = Text(form, Image) },
            Asks = Asking.WithForm, LosesData = true,
        },
        new("delete") { Asks = Asking.Twice, LosesData = true, IsOfAnyTask = true },
    ];

    private readonly string[] vmStates;

    private ServerAct(string id, params string[] vmStates)
    {
        Id = id;
        Key = id;
        this.vmStates = vmStates;
    }

    /// <summary>Its name in addresses.</summary>
    public string Id { get; }

    /// <summary>The states that allow it; none for any.</summary>
    public IReadOnlyList<string> VmStates => vmStates;

    public Asking Asks { get; private init; }

    /// <summary>Whether something is lost that nothing brings back.</summary>
    public bool LosesData { get; private init; }

    /// <summary>Whether it is what a server in such a state most likely waits for.</summary>
    public bool IsFirst { get; private init; }

    /// <summary>Whether it may be asked for while any other action runs.</summary>
    public bool IsOfAnyTask { get; private init; }

    /// <summary>The tasks, beside none, in which it may be asked for.</summary>
    public IReadOnlyList<string> TaskStates { get; private init; } = [];

    internal string Key { get; private init; }

    internal Func<IFormCollection, JsonNode?> Make { get; private init; } = _ => null;

    public static ServerAct? Find(string id) => All.FirstOrDefault(act => act.Id == id);

    /// <summary>What can be done to a server now. A locked one can only be unlocked, but by administrators.</summary>
    public static IEnumerable<ServerAct> Of(ServerDetail server, bool isAdmin) => All.Where(act =>
        (act.VmStates.Count == 0 || act.VmStates.Contains(server.VmState))
        && (server.TaskState is not { } task || act.TaskStates.Contains(task)
            || (act.IsOfAnyTask && !(act.Id == "delete" && task == "deleting")))
        && (act.Id == "unlock" ? server.Locked : !server.Locked || (isAdmin && act.Id != "lock")));

    /// <summary>The request's method, what follows the server's address, and the body.</summary>
    internal (string Method, string Path, ReadOnlyMemory<byte> Body) Request(IFormCollection form) => Id == "delete"
        ? ("DELETE", "", default)
        : ("POST", "/action", Encoding.UTF8.GetBytes(new JsonObject { [Key] = Make(form) }.ToJsonString()));

    private static string Text(IFormCollection form, string name) => form[name].ToString();
}

/// <summary>What is asked before something is done.</summary>
public enum Asking
{
    /// <summary>Nothing: it is undone as easily.</summary>
    Nothing,

    /// <summary>Whether to do it.</summary>
    Twice,

    /// <summary>What is needed to do it.</summary>
    WithForm,
}
