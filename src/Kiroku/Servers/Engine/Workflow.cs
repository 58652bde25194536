using System.Data.Common;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Engine;

/// <summary>
/// One action, with all that is particular to it: how it is asked for, when it is allowed, its steps, and the server's
/// states during it, after it and after a failure. Each has a file in <c>Work/</c>. Workflows hold no state of their
/// own.
/// </summary>
internal abstract class Workflow
{
    /// <summary>One of <see cref="ActionNames"/>.</summary>
    public abstract string Action { get; }

    /// <summary>How POST …/action asks for the action; null if only another route does.</summary>
    public virtual ActionRoute? Route => null;

    /// <summary>Whether the server is gone once this action has succeeded.</summary>
    public virtual bool RemovesServer => false;

    /// <summary>
    /// What the record is to keep to tell what the action changed of the server; null for an action that changes
    /// nothing but states.
    /// </summary>
    /// <param name="seen">The server before the acceptance.</param>
    /// <param name="begun">The server while the action runs.</param>
    public virtual Changes? BeginChanges(Server seen, Server begun) => null;

    /// <summary>Whether the answer waits for the action's end, because Nova acts before it answers.</summary>
    public virtual bool EndsBeforeAnswer => false;

    /// <summary>The states in which the action is allowed.</summary>
    protected abstract StateRule Allowed { get; }

    /// <summary>The task_state when the action begins; a step may set another.</summary>
    protected virtual string? TaskState => null;

    /// <summary>Reads the body's value under the route's key; null if the action needs nothing from it.</summary>
    public virtual object? Read(JsonElement asked, Microversion version) => null;

    /// <summary>The rules that the caller needs beside the action's own, for this request.</summary>
    public virtual IEnumerable<Rule> FurtherRules(ActionRequest request) => [];

    /// <summary>The request with the form of its answer.</summary>
    public virtual Task<ActionRequest> AnsweredAsync(HttpContext context, Server server, ActionRequest request)
        => Task.FromResult(request with { Form = new AnswerForm(Route!.Status) });

    /// <summary>Whether this request may take the place of the action that runs.</summary>
    public virtual bool TakesOver(ActionRequest request) => false;

    /// <summary>
    /// Whether every host of the server must be present. A record of what a machine did by itself needs none.
    /// </summary>
    public virtual bool NeedsHosts(Server server, ActionRequest request) => request.UserId is not null;

    /// <summary>Whether this action is to be recorded because a server's machine is in that state by itself.</summary>
    public virtual bool Explains(Server server, MachineState state) => false;

    /// <summary>Accepts the action, or refuses it as Nova would.</summary>
    /// <returns>The server as it is shown while the action runs, and the arguments that the workflow needs.</returns>
    /// <exception cref="Fault">Nothing was changed.</exception>
    public async Task<Accepted> AcceptAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        RuleFor(request).Check(server, Action);
        return await PrepareAsync(server, request, cancellationToken);
    }

    /// <summary>The steps in order; called anew for each run.</summary>
    public abstract IReadOnlyList<Step> Steps(ServerWork work);

    /// <summary>The server once every step has succeeded.</summary>
    public abstract Server Succeeded(ServerWork work);

    /// <summary>
    /// The server once a step has failed for good and everything is undone: as it was, but one in ERROR names as its
    /// fault what failed last.
    /// </summary>
    public virtual Server Failed(ServerWork work, ServerFault fault)
        => work.Server.VmState == VmStates.Error ? InError(work, fault) : work.Server;

    /// <summary>
    /// Whether it can be cancelled: up to the step that is its <see cref="Step.IsPointOfNoReturn"/>, to the call of
    /// <see cref="ServerWork.PassNoReturnAsync"/>, or to its end, whichever comes first.
    /// </summary>
    public virtual bool IsCancelable => false;

    /// <summary>The server once the action was cancelled and everything is undone: as it was.</summary>
    /// <param name="work">The run that undid it.</param>
    /// <param name="fault">That it was cancelled, for a server that is of no use now.</param>
    public virtual Server Cancelled(ServerWork work, ServerFault fault) => work.Server;

    /// <summary>
    /// Takes back what this action announced when it was accepted. Called in the transaction in which it is cancelled.
    /// </summary>
    /// <returns>False if it is too late for that.</returns>
    public virtual Task<bool> CancelAsync(DbConnection connection, ActionRecord action) => Task.FromResult(true);

    /// <summary>
    /// Takes back what this action announced when it was accepted. Called in the transaction in which another action
    /// takes its place.
    /// </summary>
    public virtual Task GiveUpAsync(DbConnection connection, ActionRecord action) => Task.CompletedTask;

    protected virtual StateRule RuleFor(ActionRequest request) => Allowed;

    /// <summary>
    /// Checks the request's arguments. Most actions have none, and only show a task_state while they run.
    /// </summary>
    protected virtual Task<Accepted> PrepareAsync(
        Server server, ActionRequest request, CancellationToken cancellationToken)
        => Task.FromResult(new Accepted(server with { TaskState = TaskState }));

    /// <summary>A server in ERROR, with the reason for its owner.</summary>
    protected static Server InError(ServerWork work, ServerFault fault)
        => work.Server with { VmState = VmStates.Error, Fault = fault };
}

/// <summary>An action whose body has arguments.</summary>
/// <typeparam name="TAsked">The content of the body, read once.</typeparam>
internal abstract class Workflow<TAsked> : Workflow
    where TAsked : notnull
{
    public sealed override object? Read(JsonElement asked, Microversion version) => ReadAsked(asked, version);

    public sealed override IEnumerable<Rule> FurtherRules(ActionRequest request) => FurtherRules(Asked(request));

    public sealed override async Task<ActionRequest> AnsweredAsync(
        HttpContext context, Server server, ActionRequest request)
        => await AnsweredAsync(context, server, await base.AnsweredAsync(context, server, request), Asked(request));

    public sealed override bool TakesOver(ActionRequest request) => TakesOver(Asked(request));

    protected sealed override StateRule RuleFor(ActionRequest request) => RuleFor(Asked(request));

    protected sealed override Task<Accepted> PrepareAsync(
        Server server, ActionRequest request, CancellationToken cancellationToken)
        => PrepareAsync(server, Asked(request), request, cancellationToken);

    protected abstract TAsked ReadAsked(JsonElement asked, Microversion version);

    protected abstract Task<Accepted> PrepareAsync(
        Server server, TAsked asked, ActionRequest request, CancellationToken cancellationToken);

    protected virtual IEnumerable<Rule> FurtherRules(TAsked asked) => [];

    protected virtual Task<ActionRequest> AnsweredAsync(
        HttpContext context, Server server, ActionRequest request, TAsked asked) => Task.FromResult(request);

    protected virtual bool TakesOver(TAsked asked) => false;

    protected virtual StateRule RuleFor(TAsked asked) => Allowed;

    /// <summary>
    /// The body as it was read where the request came in. Another node reads it from the JSON that came along.
    /// </summary>
    private TAsked Asked(ActionRequest request)
        => (TAsked)(request.Asked
            ?? Read(request.ReadBody().GetProperty(Route!.Key), new Microversion(request.Microversion)))!;
}
