using Kiroku.Api;

namespace Kiroku.Servers.State;

/// <summary>
/// The states in which an action is allowed, and Nova's refusal in all others (nova/compute/api.py,
/// check_instance_state). It checks the vm_state first, then the task_state, then whether the server was ever launched.
/// </summary>
internal sealed record StateRule(params string[] VmStates)
{
    public static readonly StateRule Any = new() { MustHaveLaunched = false, AnyTaskState = true };

    /// <summary>The task_states, beside none, in which the action is allowed.</summary>
    public string[] TaskStates { get; init; } = [];

    public bool AnyTaskState { get; init; }

    public bool MustHaveLaunched { get; init; } = true;

    /// <summary>Whether the server must be on a host. Some actions check that first, as in Nova.</summary>
    public HostNeed Host { get; init; }

    /// <exception cref="Fault">409 with Nova's words.</exception>
    public void Check(Server server, string action)
    {
        if (Host == HostNeed.First && server.Host is null)
            throw NotReady();
        if (VmStates.Length > 0 && !VmStates.Contains(server.VmState))
            throw Refuse("vm_state", server.VmState);
        if (!AnyTaskState && server.TaskState is { } task && !TaskStates.Contains(task))
            throw Refuse("task_state", task);
        if (MustHaveLaunched && server.LaunchedAt is null)
            throw Fault.Conflict($"Instance {server.Id} is in an invalid state for '{action}'");
        if (Host == HostNeed.Last && server.Host is null)
            throw NotReady();

        Fault NotReady() => Fault.Conflict($"Instance {server.Id} is not ready");

        Fault Refuse(string attribute, string state)
            => Fault.Conflict($"Cannot '{action}' instance {server.Id} while it is in {attribute} {state}");
    }
}

/// <summary>When a server is required to be on a host: not at all, before its states are checked, or after.</summary>
internal enum HostNeed
{
    None,
    First,
    Last,
}
