using System.Data.Common;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Engine;

/// <summary>
/// One action, with all that is particular to it: how it is asked for, when it is allowed, which steps it has, and what
/// the server is before, after and when it fails. One file for each in <c>Work/</c>. Workflows hold no state of their
/// own.
/// </summary>
internal abstract class Workflow
{
    /// <summary>One of <see cref="ActionNames"/>.</summary>
    public abstract string Action { get; }

    /// <summary>How POST …/action asks for it; null where it has another route alone.</summary>
    public virtual ActionRoute? Route => null;

    /// <summary>Whether nothing is done to the server any more once this has succeeded.</summary>
    public virtual bool RemovesServer => false;

    /// <summary>The states in which the action is allowed.</summary>
    protected abstract StateRule Allowed { get; }

    /// <summary>The task_state that is shown until a step shows another.</summary>
    protected virtual string? TaskState => null;

    /// <summary>What the body says under the route's key; null where that does not matter.</summary>
    public virtual object? Read(JsonElement asked, Microversion version) => null;

    /// <summary>The rules that guard what this request asks for beside the action itself.</summary>
    public virtual IEnumerable<Rule> FurtherRules(ActionRequest request) => [];

    /// <summary>The request with the form of its answer.</summary>
    public virtual ActionRequest Answered(HttpContext context, ActionRequest request)
        => request with { Form = new AnswerForm(Route!.Status) };

    /// <summary>Whether this request may take the place of the action that runs.</summary>
    public virtual bool TakesOver(ActionRequest request) => false;

    /// <summary>
    /// Whether every host that the server is on must be there. What a machine did by itself is recorded all the same.
    /// </summary>
    public virtual bool NeedsHosts(Server server, ActionRequest request) => request.UserId is not null;

    /// <summary>
    /// Whether a server whose machine is in that state by itself is to be recorded as having had this done to it.
    /// </summary>
    public virtual bool Explains(Server server, MachineState state) => false;

    /// <summary>Accepts the action, or refuses it as Nova would.</summary>
    /// <returns>The server as it is shown while the action runs, and what the workflow needs to know of the
    /// request.</returns>
    /// <exception cref="Fault">Nothing was changed.</exception>
    public async Task<Accepted> AcceptAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        RuleFor(request).Check(server, Action);
        return await PrepareAsync(server, request, cancellationToken);
    }

    /// <summary>The steps in order; called anew for each running.</summary>
    public abstract IReadOnlyList<Step> Steps(ServerWork work);

    /// <summary>The server once every step has succeeded.</summary>
    public abstract Server Succeeded(ServerWork work);

    /// <summary>The server once a step has failed for good and everything is undone.</summary>
    public virtual Server Failed(ServerWork work, ServerFault fault) => work.Server;

    /// <summary>
    /// Takes back, in the transaction in which another action takes this one's place, what was announced with it.
    /// </summary>
    public virtual Task GiveUpAsync(DbConnection connection, ActionRecord action) => Task.CompletedTask;

    protected virtual StateRule RuleFor(ActionRequest request) => Allowed;

    /// <summary>Checks what the request asks for. Most actions only show a task_state while they run.</summary>
    protected virtual Task<Accepted> PrepareAsync(
        Server server, ActionRequest request, CancellationToken cancellationToken)
        => Task.FromResult(new Accepted(server with { TaskState = TaskState }));

    /// <summary>A server in ERROR, with the reason for its owner.</summary>
    protected static Server InError(ServerWork work, ServerFault fault)
        => work.Server with { VmState = VmStates.Error, Fault = fault };
}

/// <summary>An action whose body says more than which action it is.</summary>
/// <typeparam name="TAsked">What the body asks for, read once.</typeparam>
internal abstract class Workflow<TAsked> : Workflow
    where TAsked : notnull
{
    public sealed override object? Read(JsonElement asked, Microversion version) => ReadAsked(asked, version);

    public sealed override IEnumerable<Rule> FurtherRules(ActionRequest request) => FurtherRules(Asked(request));

    public sealed override ActionRequest Answered(HttpContext context, ActionRequest request)
        => Answered(context, base.Answered(context, request), Asked(request));

    public sealed override bool TakesOver(ActionRequest request) => TakesOver(Asked(request));

    protected sealed override StateRule RuleFor(ActionRequest request) => RuleFor(Asked(request));

    protected sealed override Task<Accepted> PrepareAsync(
        Server server, ActionRequest request, CancellationToken cancellationToken)
        => PrepareAsync(server, Asked(request), request, cancellationToken);

    protected abstract TAsked ReadAsked(JsonElement asked, Microversion version);

    protected abstract Task<Accepted> PrepareAsync(
        Server server, TAsked asked, ActionRequest request, CancellationToken cancellationToken);

    protected virtual IEnumerable<Rule> FurtherRules(TAsked asked) => [];

    protected virtual ActionRequest Answered(HttpContext context, ActionRequest request, TAsked asked) => request;

    protected virtual bool TakesOver(TAsked asked) => false;

    protected virtual StateRule RuleFor(TAsked asked) => Allowed;

    /// <summary>
    /// What was read where the request came in; on another node it is read from the body that came along.
    /// </summary>
    private TAsked Asked(ActionRequest request)
        => (TAsked)(request.Asked
            ?? Read(request.ReadBody().GetProperty(Route!.Key), new Microversion(request.Microversion)))!;
}
