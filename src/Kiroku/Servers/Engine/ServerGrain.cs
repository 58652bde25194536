using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Servers.Machines;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Servers.Engine;

/// <summary>
/// A server's grain: accepts or refuses actions and owns the workflow that runs. The row in the store decides what
/// runs; this activation only saves reads of it, and a second activation would be fenced off.
/// </summary>
[KeepAlive, InRole(NodeRoles.Conductor), OnWorkingNode]
internal sealed partial class ServerGrain(
    ServerStore store, HostPresence presence, Workflows workflows, WorkflowRunner runner, ServerHosts hosts,
    StrayMachines strays, WorkInHand work, Resting resting, RequestSealer sealer, TimeProvider time,
    ILogger<ServerGrain> logger) : Grain, IServerGrain, IDisposable
{
    /// <summary>
    /// How long the grain waits for the hypervisor, because other requests for the server wait meanwhile. A late answer
    /// is asked for again.
    /// </summary>
    private static readonly TimeSpan PatienceOfRequests = TimeSpan.FromSeconds(2);

    private Task running = Task.CompletedTask;
    private CancellationTokenSource overtaken = new();
    private CancellationTokenSource cancelled = new();

    /// <summary>The epoch of the run that was begun last.</summary>
    private long epoch;

    /// <summary>Whether the machine changed while an action ran, which may not have noticed.</summary>
    private bool missed;

    /// <summary>When a look at the machine last changed the row.</summary>
    private DateTime looked;

    /// <summary>The server as an action has just left it, for the look at its machine that follows at once.</summary>
    private Server? left;

    public async Task<ActionAnswer> Begin(ActionRequest request)
    {
        if (await sealer.IsProvenAsync(this.GetPrimaryKey(), request))
            return await AnswerAsync(request);
        LogUnproven(request.Action, request.RequestId, this.GetPrimaryKey());
        return ActionAnswer.Refused(Fault.Unavailable("The node that was asked does not prove who asks."));
    }

    private async Task<ActionAnswer> AnswerAsync(ActionRequest request)
    {
        try
        {
            return ActionAnswer.Accepted(await BeginAsync(request));
        }
        catch (Fault fault)
        {
            return ActionAnswer.Refused(fault);
        }
    }

    public async Task GoOn()
    {
        if (!running.IsCompleted)
            return;
        if (resting.IsAsked)
        {
            DeactivateOnIdle();
            return;
        }
        await TakeUpAsync();
    }

    public async Task NoticeCancel()
    {
        if (running.IsCompleted)
        {
            await GoOn();
            return;
        }
        // A cancel moves the epoch on, but only once, however often it is asked for.
        if (await FindAsync() is not { RunningAction: not null } server || server.Epoch == epoch)
            return;
        await cancelled.CancelAsync();
        if (!resting.IsStopping)
            await TakeUpAsync();
    }

    /// <summary>Goes on with the action that the server's row names, from wherever its record says that it
    /// stands.</summary>
    private async Task TakeUpAsync()
    {
        if (await store.TakeUpActionAsync(this.GetPrimaryKey(), time.UtcNow(), CancellationToken.None)
            is not var (server, action))
            return;
        if (action.Events.Count > 0)
            LogGoesOn(action.Action.Action, action.Action.RequestId, server.Id);
        Run(workflows.Of(action.Action.Action), server, action);
    }

    public async Task LookAtMachine()
    {
        missed = !running.IsCompleted;
        var known = left;
        left = null;
        if (missed || (known ?? await FindAsync()) is not { RunningAction: null, Host: not null } server)
            return;
        var state = await hosts.Of(server.Host).Hypervisor.GetStateAsync(server.Id, CancellationToken.None)
            .WaitAsync(PatienceOfRequests, time);
        if (workflows.FindExplanation(server, state) is { } explanation)
            await FollowAsync(explanation.Action, state);
        else if (state != server.PowerState)
            await store.SavePowerStateAsync(server.Fence, (int)state, Looked(), CancellationToken.None);
        if (state == MachineState.Running && !server.Labels.NoCard)
            await LookAtAddressesAsync(server);
    }

    /// <summary>
    /// A guest gets its address some time after its start, and may get another one later. While it has none, the last
    /// known address stays.
    /// </summary>
    private async Task LookAtAddressesAsync(Server server)
    {
        var addresses = await hosts.Of(server.Host!).Hypervisor.GetAddressesAsync(server.Id, CancellationToken.None)
            .WaitAsync(PatienceOfRequests, time);
        if (addresses.Count > 0 && !addresses.SequenceEqual(server.Addresses))
            await store.SaveAddressesAsync(
                server with { Addresses = addresses }, Looked(), CancellationToken.None);
    }

    private DateTime Looked() => looked = time.UtcNow();

    public async Task<bool> Sweep(string volume, string host)
    {
        if (await FindAtRestAsync() is not { } server || Disks.Names(server, volume, host)
            || await strays.KeepsAsync(server, volume, host))
            return false;
        await hosts.MachinesOn(host, server.Fence).DeleteVolumeAsync(volume, CancellationToken.None)
            .WaitAsync(PatienceOfRequests, time);
        return true;
    }

    public async Task<bool> PutAside(string host)
    {
        if (await FindAtRestAsync() is not { } server)
            return false;
        if (StrayMachines.IsStray(server, host))
            await strays.PutAsideAsync(server, host, CancellationToken.None);
        return true;
    }

    public void Dispose()
    {
        overtaken.Dispose();
        cancelled.Dispose();
    }

    private async Task<Answer> BeginAsync(ActionRequest request, int retries = 5)
    {
        if (resting.IsAsked)
        {
            // With several nodes the next try finds the grain on another one.
            if (running.IsCompleted)
                DeactivateOnIdle();
            throw Fault.Unavailable("The service is stopping.");
        }
        var workflow = workflows.Of(request.Action);
        var seen = IsUpToDate(request.Seen) ? request.Seen! : await FindAsync() ?? throw NotFound();
        if (seen.RunningAction is null && !running.IsCompleted)
            await running;
        var host = await presence.RequireAsync(seen, workflow.NeedsHosts(seen, request), CancellationToken.None);
        var accepted = await workflow.AcceptAsync(seen, request, CancellationToken.None);
        if (seen.RunningAction is not null && !workflow.TakesOver(request))
            throw Busy(request, seen);
        var now = time.UtcNow();
        var answer = request.Answer(accepted.Server with { UpdatedAt = now }, host);
        var record = request.Record(seen.Id, now, Outcomes.Running) with
        {
            Arguments = ActionArguments.Write(accepted.Arguments),
            Cancelable = workflow.IsCancelable && request.UserId is not null,
            Changes = workflow.BeginChanges(seen, accepted.Server),
        };
        var acceptance = new Acceptance(accepted.Server, record, new Keeping(request.Key, answer), request.AskedOf)
        {
            AlsoWrite = accepted.AlsoWrite,
            GiveUp = (connection, overtaken) => workflows.Of(overtaken.Action).GiveUpAsync(connection, overtaken),
        };
        var begun = await store.BeginActionAsync(seen, acceptance, CancellationToken.None);
        if (begun is not var (server, action))
        {
            // The action that is taken over may have written between our read and our write.
            return (request.Seen is not null || workflow.TakesOver(request)) && retries > 0
                ? await BeginAsync(request with { Seen = null }, retries - 1)
                : throw Fault.Conflict($"Cannot '{request.Action}' instance {seen.Id} while something else changes it");
        }
        Run(workflow, server, new RecordedAction(action, []));
        if (workflow.EndsBeforeAnswer)
            await WaitForEndAsync();
        return answer;
    }

    /// <summary>
    /// Whether what the API has just read will do. If another process has changed the row since, nothing begins, and
    /// the row is read here.
    /// </summary>
    private bool IsUpToDate(Server? read)
        => read is { RunningAction: null } && running.IsCompleted && read.Epoch >= epoch && read.UpdatedAt >= looked;

    private async Task<Server?> FindAsync()
        => await store.FindAsync(this.GetPrimaryKey(), CancellationToken.None) is { Deleted: false } server
            ? server
            : null;

    /// <summary>The server, deleted or not; null if an action runs on it.</summary>
    private async Task<Server?> FindAtRestAsync()
    {
        if (await store.FindAsync(this.GetPrimaryKey(), CancellationToken.None) is not { RunningAction: null } server)
            return null;
        // The row says that nothing runs a moment before the workflow has come to its end.
        await WaitForEndAsync();
        return running.IsCompleted ? server : null;
    }

    /// <summary>Waits for the end of the workflow that runs, but no longer than other requests can wait.</summary>
    private async Task WaitForEndAsync()
        => await running.WaitAsync(PatienceOfRequests, time).ConfigureAwait(
            ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Not every action shows a task_state while it runs.</summary>
    private static Fault Busy(ActionRequest request, Server server)
        => Fault.Conflict($"Cannot '{request.Action}' instance {server.Id} while "
            + (server.TaskState is { } task ? $"it is in task_state {task}" : "something else changes it"));

    private Fault NotFound() => Fault.NotFound($"Instance {this.GetPrimaryKey()} could not be found.");

    /// <summary>Starts a workflow, once the one that it overtakes has ended.</summary>
    private void Run(Workflow workflow, Server server, RecordedAction action)
    {
        var before = running;
        overtaken.Cancel();
        (overtaken, cancelled) = (new CancellationTokenSource(), new CancellationTokenSource());
        (epoch, left) = (server.Epoch, null);
        running = RunAfterAsync(before, workflow, server, action, new RunTokens(overtaken.Token, cancelled.Token));
        work.Watch(running);
    }

    private async Task RunAfterAsync(
        Task before, Workflow workflow, Server server, RecordedAction action, RunTokens stop)
    {
        await before.ConfigureAwait(
            ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        Server? ended = null;
        try
        {
            ended = await runner.RunAsync(workflow, server, action, stop);
        }
        // This is the grain's edge: a bug in a workflow must not take the grain down. The row still names the action.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBroke(action.Action.Action, action.Action.RequestId, server.Id, e);
        }
        if (missed && !resting.IsAsked && ended is not { Deleted: true })
        {
            left = ended;
            this.AsReference<IServerGrain>().LookAtMachine().Ignore();
        }
        if (workflow.RemovesServer && !resting.IsAsked)
            await LeaveIfDeletedAsync();
    }

    /// <summary>Nothing is done to a deleted server any more, so its grain need not stay.</summary>
    private async Task LeaveIfDeletedAsync()
    {
        try
        {
            if (await FindAsync() is null)
                DeactivateOnIdle();
        }
        catch (StorageException)
        {
            // The grain stays until the service ends.
        }
    }

    /// <summary>Records what the machine did by itself, as an action without a user, as in Nova.</summary>
    private async Task FollowAsync(string action, MachineState state)
    {
        LogFollows(this.GetPrimaryKey(), state, action);
        var answer = await AnswerAsync(ActionRequest.OfTheService(action, time.UtcNow()));
        if (answer.Refusal is { } refusal)
            LogCannotFollow(this.GetPrimaryKey(), action, refusal);
    }

    [LoggerMessage(
        LogLevel.Error, "{Action} ({RequestId}) of {Server} was asked without proof of who asks, and refused")]
    private partial void LogUnproven(string action, string requestId, Guid server);

    [LoggerMessage(LogLevel.Information, "Going on with {Action} ({RequestId}) of {Server}")]
    private partial void LogGoesOn(string action, string requestId, Guid server);

    [LoggerMessage(LogLevel.Critical, "{Action} ({RequestId}) of {Server} broke; it is taken up at the next start")]
    private partial void LogBroke(string action, string requestId, Guid server, Exception exception);

    [LoggerMessage(LogLevel.Information, "The machine of {Server} is {State} by itself: recorded as {Action}")]
    private partial void LogFollows(Guid server, MachineState state, string action);

    [LoggerMessage(LogLevel.Warning, "{Server}: {Action} could not be recorded: {Refusal}")]
    private partial void LogCannotFollow(Guid server, string action, string refusal);
}
