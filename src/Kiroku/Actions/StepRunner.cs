using Kiroku.Storage;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace Kiroku.Actions;

/// <summary>
/// Runs steps and is the only writer of events: one before each attempt, the work, the event completed in every
/// outcome. A failed attempt is followed by another, with an event of its own, until one succeeds or the step has
/// failed for good. The success of an action's last step is written with the action's end.
/// </summary>
internal sealed partial class StepRunner(
    ActionStore store, StorePatience patience, ActionMeters meters, IOptions<ActionsOptions> options,
    TimeProvider time, ILogger<StepRunner> logger)
{
    /// <summary>Runs the step unless it has already succeeded in this action.</summary>
    /// <exception cref="StepFailedException">The step failed for good; its last event has the reason.</exception>
    /// <exception cref="OperationCanceledException">The token fired; an event that was open then is left
    /// open.</exception>
    public async Task RunAsync(ActionRun run, Step step, CancellationToken cancellationToken)
    {
        if (run.Succeeded(step.Event))
            return;
        if (run.Interruptions(step.Event) > options.Value.Interruptions || UsedUp(run, step))
            throw new StepFailedException(step.Event, run.LastError?.Details ?? "")
            {
                ReasonCode = run.LastError?.ReasonCode,
            };
        using var waiting = meters.WaitFor(WaitReasons.Retry);
        try
        {
            await Retries(run, step, waiting).ExecuteAsync(
                async token =>
                {
                    waiting.End();
                    await AttemptAsync(run, step, token);
                }, cancellationToken);
        }
        catch (AttemptFailedException e)
        {
            throw new StepFailedException(step.Event, e.Details, e.InnerException) { ReasonCode = e.ReasonCode };
        }
    }

    /// <summary>
    /// Takes the action past its point of no return, in the middle of a step: from now on it cannot be cancelled.
    /// </summary>
    /// <exception cref="FencedException">It was cancelled, or has gone over to another run.</exception>
    public async Task PassNoReturnAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var recorded = run.Recorded;
        if (recorded.Action.Cancelable)
            await WriteAsync(
                run, recorded with { Action = recorded.Action with { Cancelable = false } }, null, cancellationToken);
    }

    /// <summary>Closes what a cancelled action's steps left open; see <see cref="RecordedAction.LetGo"/>.</summary>
    public async Task LetGoAsync(ActionRun run, Step next, CancellationToken cancellationToken)
    {
        var recorded = run.Recorded;
        var ended = recorded.LetGo(next.Event, next.Host?.Invoke() ?? run.Host, time.UtcNow());
        if (!ReferenceEquals(ended, recorded))
            await WriteAsync(run, ended, null, cancellationToken);
    }

    private ResiliencePipeline Retries(ActionRun run, Step step, Counted waiting)
        => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = new PredicateBuilder().Handle<AttemptFailedException>(e => !e.Final),
            DelayGenerator = _ => ValueTask.FromResult<TimeSpan?>(
                run.Failures(step.Event) <= 1 ? options.Value.FirstDelay : options.Value.NextDelay),
            OnRetry = _ =>
            {
                waiting.Begin();
                return default;
            },
        })
        .Build();

    private async Task AttemptAsync(ActionRun run, Step step, CancellationToken cancellationToken)
    {
        var open = step.RecordedOnFailureOnly ? null : await BeginAsync(run, step, cancellationToken);
        try
        {
            // The step may do again what it has done already, as after an interruption.
            await patience.RunAsync(step.Do, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (FencedException)
        {
            throw;
        }
#pragma warning disable CA1031 // The runner's edge: the event records whatever a step throws.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(step.Event, run.Attempts(step.Event), run.Action.RequestId, e);
            open ??= await BeginAsync(run, step, cancellationToken);
            var failure = StepFailure.Of(e);
            var final = failure.Permanent || run.Failures(step.Event) + 1 >= options.Value.Attempts;
            await FinishAsync(
                run,
                open with
                {
                    Result = EventResults.Error,
                    ReasonCode = failure.ReasonCode,
                    Details = failure.Details,
                    Traceback = e.ToString(),
                },
                final, cancellationToken);
            throw new AttemptFailedException(failure, final, e);
        }
        if (open is null)
            return;
        var succeeded = (run.Open(step.Event) ?? open) with { Result = EventResults.Success };
        if (step.IsLast)
            run.Note(run.With(succeeded with { FinishTime = run.NotBefore(time.UtcNow()) }, noReturn: true));
        else
            await FinishAsync(run, succeeded, isFinal: false, cancellationToken);
    }

    private async Task<EventRecord> BeginAsync(ActionRun run, Step step, CancellationToken cancellationToken)
    {
        if (run.Open(step.Event) is { } open)
            return open;
        var begun = new EventRecord
        {
            Event = step.Event,
            Attempt = run.Attempts(step.Event) + 1,
            StartTime = run.NotBefore(time.UtcNow()),
            Host = step.Host?.Invoke() ?? run.Host,
        };
        var shown = step.TaskState == run.TaskState ? null : step.TaskState;
        await WriteAsync(run, run.With(begun, noReturn: step.IsPointOfNoReturn), shown, cancellationToken);
        run.TaskState = step.TaskState ?? run.TaskState;
        return begun;
    }

    private Task FinishAsync(
        ActionRun run, EventRecord record, bool isFinal, CancellationToken cancellationToken)
    {
        var finished = record with { FinishTime = run.NotBefore(time.UtcNow()) };
        return WriteAsync(run, run.With(finished, failing: isFinal), null, cancellationToken);
    }

    private async Task WriteAsync(
        ActionRun run, RecordedAction recorded, string? taskState, CancellationToken cancellationToken)
    {
        await patience.RunAsync(token => store.SaveAsync(run.Fence, recorded, taskState, token), cancellationToken);
        run.Note(recorded);
    }

    private bool UsedUp(ActionRun run, Step step) => run.Failures(step.Event) >= options.Value.Attempts;

    [LoggerMessage(LogLevel.Warning, "{Step}, attempt {Attempt} ({RequestId}) failed")]
    private partial void LogFailed(string step, int attempt, string requestId, Exception exception);

    /// <summary>One attempt failed and its event is closed; final if no other follows.</summary>
    private sealed class AttemptFailedException(StepFailure failure, bool final, Exception inner)
        : Exception(failure.Details, inner)
    {
        public string Details => failure.Details;

        public string ReasonCode => failure.ReasonCode;

        public bool Final { get; } = final;
    }
}
