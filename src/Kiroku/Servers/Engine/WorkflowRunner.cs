using Kiroku.Actions;
using Kiroku.Hypervisors;
using Kiroku.Servers.Remote;
using Kiroku.Servers.State;
using Kiroku.Storage;
using Polly;
using Polly.Retry;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Runs a workflow to its end, from wherever its events say that it stands. It runs the steps in order; if one fails
/// for good, it undoes them, newest first. Then it writes the action's outcome and the server's states together.
/// </summary>
internal sealed partial class WorkflowRunner(
    IHypervisor hypervisor, ServerHosts hosts, Placing placing, ServerStore servers, ActionStore actions,
    StepRunner steps, StorePatience patience, ActionMeters meters, Resting resting, ServiceSettings settings,
    TimeProvider time, ILogger<WorkflowRunner> logger)
{
    private readonly ResiliencePipeline undoing = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromSeconds(1),
            ShouldHandle = new PredicateBuilder().Handle<StepException>(),
        })
        .Build();

    /// <summary>
    /// Returns when the action has ended, rests until the service's next start, or has gone over to another run.
    /// </summary>
    /// <returns>The server as the action's end has left it; null if it has not ended.</returns>
    public async Task<Server?> RunAsync(Workflow workflow, Server server, RecordedAction recorded, RunTokens stop)
    {
        var run = new ActionRun(recorded.Action, server.Fence, settings.Host, recorded.Events.Reverse())
        {
            TaskState = server.TaskState,
        };
        var work = new ServerWork(server, run, hosts, placing, servers, patience, steps, time);
        using var counted = meters.Work(run.Action.Action);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            stop.Overtaken, stop.Cancelled, resting.StepsMustEnd);
        try
        {
            if (server.Hosts.Contains(settings.Host))
                await ConnectedAsync(either.Token);
            await RunAsync(workflow, work, run, either.Token);
        }
        catch (OperationCanceledException) when (stop.Cancelled.IsCancellationRequested)
        {
            LogCancelled(run.Action.Action, run.Action.RequestId, server.Id);
        }
        catch (OperationCanceledException) when (stop.Overtaken.IsCancellationRequested)
        {
            LogOvertaken(run.Action.Action, run.Action.RequestId, server.Id);
        }
        catch (OperationCanceledException) when (resting.IsAsked)
        {
            await RestAsync(run);
        }
        catch (FencedException)
        {
            LogFenced(run.Action.Action, run.Action.RequestId, server.Id);
        }
        return work.Left;
    }

    private async Task ConnectedAsync(CancellationToken cancellationToken)
    {
        using var waiting = meters.WaitFor(WaitReasons.Hypervisor);
        if (!hypervisor.Connected.IsCompleted)
            waiting.Begin();
        await hypervisor.Connected.WaitAsync(cancellationToken);
    }

    private async Task RunAsync(Workflow workflow, ServerWork work, ActionRun run, CancellationToken cancellationToken)
    {
        var plan = workflow.Steps(work);
        if (!run.Action.Failing)
        {
            try
            {
                foreach (var step in plan)
                {
                    resting.ThrowIfAsked();
                    var isLast = step == plan[^1];
                    await steps.RunAsync(run, work.OnItsHost(step) with { IsLast = isLast }, cancellationToken);
                }
                await EndWellAsync(workflow, work, run, cancellationToken);
                return;
            }
            catch (StepFailedException e)
            {
                LogFailed(run.Action.Action, run.Action.RequestId, run.Action.ServerId, e.Message);
            }
        }
        if (work.IsCancelled)
            await steps.LetGoAsync(run, work.OnItsHost(Current(plan, run)), cancellationToken);
        var left = await UndoAsync(plan, run, cancellationToken);
        await (work.IsCancelled
            ? EndCancelledAsync(workflow, work, run, left, cancellationToken)
            : EndBadlyAsync(workflow, work, run, cancellationToken));
    }

    /// <summary>The step that was being tried or, between two of them, the one that would have been next.</summary>
    private static Step Current(IReadOnlyList<Step> plan, ActionRun run)
        => plan.LastOrDefault(step => run.Began(step.Event) && !run.Succeeded(step.Event))
            ?? plan.FirstOrDefault(step => !run.Succeeded(step.Event)) ?? plan[^1];

    private async Task EndWellAsync(
        Workflow workflow, ServerWork work, ActionRun run, CancellationToken cancellationToken)
    {
        var server = workflow.Succeeded(work);
        if (server.VmState != VmStates.Error)
            server = server with { Fault = null };
        var outcome = run.Retried ? Outcomes.SucceededAfterRetries : Outcomes.Succeeded;
        await EndAsync(work, run, server, outcome, cancellationToken);
    }

    private async Task EndBadlyAsync(
        Workflow workflow, ServerWork work, ActionRun run, CancellationToken cancellationToken)
    {
        var last = run.LastError;
        var fault = new ServerFault(last?.Details ?? "The action failed.", last?.Traceback, time.UtcNow());
        await work.LookAtMachineAsync(cancellationToken);
        var server = workflow.Failed(work, fault);
        var outcome = last is not null && RecordedAction.IsInterrupted(last) ? Outcomes.Interrupted : Outcomes.Failed;
        await EndAsync(work, run, server, outcome, cancellationToken);
    }

    /// <summary>
    /// A server that could not be brought back to what it was is left as after a failure, with the reason for that.
    /// </summary>
    private async Task EndCancelledAsync(
        Workflow workflow, ServerWork work, ActionRun run, StepException? left, CancellationToken cancellationToken)
    {
        var details = left?.Message ?? run.Action.Cancelled!.Details;
        var fault = new ServerFault(details, left?.ToString(), time.UtcNow());
        await work.LookAtMachineAsync(cancellationToken);
        var server = left is null ? workflow.Cancelled(work, fault) : workflow.Failed(work, fault);
        await EndAsync(work, run, server, Outcomes.Cancelled, cancellationToken);
    }

    private async Task EndAsync(
        ServerWork work, ActionRun run, Server server, string outcome, CancellationToken cancellationToken)
    {
        server = server.AtRest();
        var left = ServerTraits.Left(run.Action, server);
        await work.EndAsync(server, run.Recorded.End(outcome, time.UtcNow(), left), cancellationToken);
        LogEnded(run.Action.Action, run.Action.RequestId, server.Id, outcome);
    }

    /// <returns>Why something is left that could not be undone; null if nothing is.</returns>
    private async Task<StepException?> UndoAsync(
        IReadOnlyList<Step> plan, ActionRun run, CancellationToken cancellationToken)
    {
        StepException? left = null;
        foreach (var step in plan.Reverse())
        {
            if (step.Undo is null || !run.Began(step.Event))
                continue;
            try
            {
                await undoing.ExecuteAsync(async token => await patience.RunAsync(step.Undo, token), cancellationToken);
            }
            catch (StepException e)
            {
                // The other steps are still undone. The sweeper deletes later what this one leaves.
                LogUndoFailed(step.Event, run.Action.RequestId, run.Action.ServerId, e);
                run.Warn(WarningCodes.NotUndone);
                left = e;
            }
        }
        return left;
    }

    private async Task RestAsync(ActionRun run)
    {
        try
        {
            await actions.RestAsync(run.Fence, run.Action.Id, CancellationToken.None);
            LogRests(run.Action.Action, run.Action.RequestId, run.Action.ServerId);
        }
        catch (FencedException)
        {
            LogFenced(run.Action.Action, run.Action.RequestId, run.Action.ServerId);
        }
        catch (StorageException e)
        {
            // Without this note the next start counts it as an interruption, and goes on with the action all the same.
            LogRestUnwritten(run.Action.RequestId, e);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Action} ({RequestId}) of {Server} ended: {Outcome}")]
    private partial void LogEnded(string action, string requestId, Guid server, string outcome);

    [LoggerMessage(LogLevel.Warning, "{Action} ({RequestId}) of {Server} is undone: {Reason}")]
    private partial void LogFailed(string action, string requestId, Guid server, string reason);

    [LoggerMessage(LogLevel.Error, "Undoing {Step} ({RequestId}) of {Server} failed")]
    private partial void LogUndoFailed(string step, string requestId, Guid server, Exception exception);

    [LoggerMessage(LogLevel.Information, "{Action} ({RequestId}) of {Server} was overtaken by another action")]
    private partial void LogOvertaken(string action, string requestId, Guid server);

    [LoggerMessage(LogLevel.Information, "{Action} ({RequestId}) of {Server} lets go, because it was cancelled")]
    private partial void LogCancelled(string action, string requestId, Guid server);

    [LoggerMessage(LogLevel.Warning, "{Action} ({RequestId}) of {Server} is no longer to be done here")]
    private partial void LogFenced(string action, string requestId, Guid server);

    [LoggerMessage(LogLevel.Information, "{Action} ({RequestId}) of {Server} rests until the next start")]
    private partial void LogRests(string action, string requestId, Guid server);

    [LoggerMessage(LogLevel.Error, "Could not write down that {RequestId} rests")]
    private partial void LogRestUnwritten(string requestId, Exception exception);
}
