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
/// A server's grain: accepts or refuses actions and owns the workflow that runs. The row in the store is the judge of
/// what runs; this activation only saves asking, and a second one would be fenced off.
/// </summary>
[KeepAlive, InRole(NodeRoles.Conductor), OnWorkingNode]
internal sealed partial class ServerGrain(
    ServerStore store, HostPresence presence, Workflows workflows, WorkflowRunner runner, ServerHosts hosts,
    StrayMachines strays, WorkInHand work, Resting resting, RequestSealer sealer, TimeProvider time,
    ILogger<ServerGrain> logger) : Grain, IServerGrain, IDisposable
{
    /// <summary>
    /// How long other requests for the server wait for an answer of the hypervisor's; what is late is asked again.
    /// </summary>
    private static readonly TimeSpan PatienceOfRequests = TimeSpan.FromSeconds(2);

    private Task workflow = Task.CompletedTask;
    private CancellationTokenSource overtaken = new();

    /// <summary>Whether the machine changed while an action ran, which may not have noticed.</summary>
    private bool missed;

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
        if (!workflow.IsCompleted)
            return;
        if (resting.IsAsked)
        {
            DeactivateOnIdle();
            return;
        }
        if (await store.TakeUpActionAsync(this.GetPrimaryKey(), time.UtcNow(), CancellationToken.None)
            is not var (server, action))
            return;
        if (action.Events.Count > 0)
            LogGoesOn(action.Action.Action, action.Action.RequestId, server.Id);
        Run(workflows.Of(action.Action.Action), server, action);
    }

    public async Task LookAtMachine()
    {
        missed = !workflow.IsCompleted;
        if (missed || await FindAsync() is not { RunningAction: null, Host: not null } server)
            return;
        var state = await hosts.Of(server.Host).Hypervisor.GetStateAsync(server.Id, CancellationToken.None)
            .WaitAsync(PatienceOfRequests, time);
        if (workflows.Behind(server, state) is { } explanation)
            await FollowAsync(explanation.Action, state);
        else if (state != server.PowerState)
            await store.SavePowerStateAsync(server.Fence, (int)state, time.UtcNow(), CancellationToken.None);
        if (state == MachineState.Running)
            await LookAtAddressesAsync(server);
    }

    /// <summary>
    /// A guest gets its address some time after its start, and may get another; while it has none the last stays.
    /// </summary>
    private async Task LookAtAddressesAsync(Server server)
    {
        var addresses = await hosts.Of(server.Host!).Hypervisor.GetAddressesAsync(server.Id, CancellationToken.None)
            .WaitAsync(PatienceOfRequests, time);
        if (addresses.Count > 0 && !addresses.SequenceEqual(server.Addresses))
            await store.SaveAddressesAsync(
                server with { Addresses = addresses }, time.UtcNow(), CancellationToken.None);
    }

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

    public void Dispose() => overtaken.Dispose();

    private async Task<Answer> BeginAsync(ActionRequest request, int again = 5)
    {
        if (resting.IsAsked)
        {
            // Where there are other nodes the next try finds the grain on one of them.
            if (workflow.IsCompleted)
                DeactivateOnIdle();
            throw Fault.Unavailable("The service is stopping.");
        }
        var doing = workflows.Of(request.Action);
        var seen = await FindAsync() ?? throw NotFound();
        if (seen.RunningAction is null && !workflow.IsCompleted)
            await workflow;
        var host = await presence.RequireAsync(seen, doing.NeedsHosts(seen, request), CancellationToken.None);
        var accepted = await doing.AcceptAsync(seen, request, CancellationToken.None);
        if (seen.RunningAction is not null && !doing.TakesOver(request))
            throw Fault.Conflict(
                $"Cannot '{request.Action}' instance {seen.Id} while it is in task_state {seen.TaskState}");
        var now = time.UtcNow();
        var answer = request.Answer(accepted.Server with { UpdatedAt = now }, host);
        var record = request.Record(seen.Id, now, Outcomes.Running) with
        {
            Arguments = ActionArguments.Write(accepted.Arguments),
        };
        var acceptance = new Acceptance(accepted.Server, record, new Keeping(request.Key, answer), request.AskedOf)
        {
            Together = accepted.Together,
            GiveUp = (connection, overtaken) => workflows.Of(overtaken.Action).GiveUpAsync(connection, overtaken),
        };
        var begun = await store.BeginActionAsync(seen, acceptance, CancellationToken.None);
        if (begun is not var (server, action))
        {
            // What is taken over may have taken a step between the look and the write.
            return doing.TakesOver(request) && again > 0
                ? await BeginAsync(request, again - 1)
                : throw Fault.Conflict($"Cannot '{request.Action}' instance {seen.Id} while something else changes it");
        }
        Run(doing, server, new RecordedAction(action, []));
        return answer;
    }

    private async Task<Server?> FindAsync()
        => await store.FindAsync(this.GetPrimaryKey(), CancellationToken.None) is { Deleted: false } server
            ? server
            : null;

    /// <summary>The server, deleted or not, if nothing runs on it.</summary>
    private async Task<Server?> FindAtRestAsync()
    {
        if (await store.FindAsync(this.GetPrimaryKey(), CancellationToken.None) is not { RunningAction: null } server)
            return null;
        // The row says so a moment before the workflow has come to its end.
        await workflow.WaitAsync(PatienceOfRequests, time).ConfigureAwait(
            ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        return workflow.IsCompleted ? server : null;
    }

    private Fault NotFound() => Fault.NotFound($"Instance {this.GetPrimaryKey()} could not be found.");

    /// <summary>Starts the workflow, after one that it overtakes has let go.</summary>
    private void Run(Workflow doing, Server server, RecordedAction action)
    {
        var before = workflow;
        overtaken.Cancel();
        overtaken = new CancellationTokenSource();
        workflow = RunAfterAsync(before, doing, server, action, overtaken.Token);
        work.Watch(workflow);
    }

    private async Task RunAfterAsync(
        Task before, Workflow doing, Server server, RecordedAction action, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(
            ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await runner.RunAsync(doing, server, action, cancellationToken);
        }
        // The grain's edge: a fault of ours must not take the grain down; the row still names the action.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBroke(action.Action.Action, action.Action.RequestId, server.Id, e);
        }
        if (missed && !resting.IsAsked)
            this.AsReference<IServerGrain>().LookAtMachine().Ignore();
        if (doing.RemovesServer && !resting.IsAsked)
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
            // It stays until the service ends.
        }
    }

    /// <summary>Records what the machine did by itself as an action of nobody's, as Nova does.</summary>
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
