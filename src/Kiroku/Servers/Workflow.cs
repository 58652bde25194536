using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Images;

namespace Kiroku.Servers;

/// <summary>
/// How one action is done: when it is allowed, which steps it has, and what the server is before, after and when it fails.
/// One file for each action in <c>Work/</c>; its steps read as the action's events. Workflows hold no state of their own.
/// </summary>
internal abstract class Workflow
{
    /// <summary>One of <see cref="ActionNames"/>.</summary>
    public abstract string Action { get; }

    /// <summary>The states in which the action is allowed.</summary>
    protected abstract StateRule Allowed { get; }

    /// <summary>Whether this request may take the place of the action that runs.</summary>
    public virtual bool TakesOver(ActionRequest request) => false;

    /// <summary>Accepts the action, or refuses it as Nova would.</summary>
    /// <returns>The server as it is shown while the action runs, and what the workflow needs to know of the request.</returns>
    /// <exception cref="Fault">Nothing was changed.</exception>
    public async Task<Accepted> AcceptAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        (RuleFor(request) ?? Allowed).Check(server, Action);
        return await PrepareAsync(server, request, cancellationToken);
    }

    /// <summary>The steps in order; called anew for each running.</summary>
    public abstract IReadOnlyList<Step> Steps(ServerWork work);

    /// <summary>The server once every step has succeeded.</summary>
    public abstract Server Succeeded(ServerWork work);

    /// <summary>The server once a step has failed for good and everything is undone.</summary>
    public virtual Server Failed(ServerWork work, ServerFault fault) => work.Server;

    protected virtual StateRule? RuleFor(ActionRequest request) => null;

    protected abstract Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken);

    /// <summary>Most actions only show a task_state while they run.</summary>
    protected static Task<Accepted> ShowTaskState(Server server, string? taskState, string? arguments = null)
        => Task.FromResult(new Accepted(server with { TaskState = taskState }, arguments));
}

/// <summary>An accepted action: the server as shown while it runs, and the arguments that its row keeps.</summary>
internal sealed record Accepted(Server Server, string? Arguments)
{
    /// <summary>An image that is announced together with the acceptance; null for none.</summary>
    public Image? Announced { get; init; }
}
