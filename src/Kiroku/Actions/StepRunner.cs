using System.Diagnostics;
using Kiroku.Storage;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace Kiroku.Actions;

/// <summary>
/// Runs steps and is the only writer of events: one before each attempt, the work, the event completed in every
/// outcome. A failed attempt is followed by another, with an event of its own, until one succeeds or the step has
/// failed for good.
/// </summary>
internal sealed partial class StepRunner(
    ActionStore store, StorePatience patience, IOptions<ActionsOptions> options, TimeProvider time,
    ILogger<StepRunner> logger)
{
    public static readonly ActivitySource Telemetry = new("Kiroku.Actions");

    /// <summary>Runs the step unless it has already succeeded in this action.</summary>
    /// <exception cref="StepFailedException">The step failed for good; its last event has the reason.</exception>
    /// <exception cref="OperationCanceledException">The token fired; an event that was open then is left
    /// open.</exception>
    public async Task RunAsync(ActionRun run, Step step, CancellationToken cancellationToken)
    {
        if (run.Succeeded(step.Event))
            return;
        if (run.Interruptions(step.Event) > options.Value.Interruptions || UsedUp(run, step))
            throw new StepFailedException(step.Event, run.LastError?.Details ?? "");
        try
        {
            await Retries(run, step).ExecuteAsync(
                async token => await AttemptAsync(run, step, token), cancellationToken);
        }
        catch (AttemptFailedException e)
        {
            throw new StepFailedException(step.Event, e.Details, e.InnerException);
        }
    }

    private ResiliencePipeline Retries(ActionRun run, Step step)
        => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = new PredicateBuilder().Handle<AttemptFailedException>(e => !e.Final),
            DelayGenerator = _ => ValueTask.FromResult<TimeSpan?>(
                run.Failures(step.Event) <= 1 ? options.Value.FirstDelay : options.Value.NextDelay),
        })
        .Build();

    private async Task AttemptAsync(ActionRun run, Step step, CancellationToken cancellationToken)
    {
        using var span = Telemetry.StartActivity(step.Event);
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
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            LogFailed(step.Event, run.Attempts(step.Event), run.Action.RequestId, e);
            open ??= await BeginAsync(run, step, cancellationToken);
            var failure = StepFailure.Of(e);
            var final = failure.Permanent || run.Failures(step.Event) + 1 >= options.Value.Attempts;
            await FinishAsync(
                run,
                open with { Result = EventResults.Error, Details = failure.Details, Traceback = e.ToString() },
                final, cancellationToken);
            throw new AttemptFailedException(failure.Details, final, e);
        }
        if (open is not null)
            await FinishAsync(run, open with { Result = EventResults.Success }, final: false, cancellationToken);
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
        await WriteAsync(run, run.With(begun), step.TaskState, cancellationToken);
        run.TaskState = step.TaskState ?? run.TaskState;
        return begun;
    }

    private Task FinishAsync(ActionRun run, EventRecord record, bool final, CancellationToken cancellationToken)
    {
        var finished = record with { FinishTime = run.NotBefore(time.UtcNow()) };
        return WriteAsync(run, run.With(finished, failing: final), null, cancellationToken);
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
    private sealed class AttemptFailedException(string details, bool final, Exception inner) : Exception(details, inner)
    {
        public string Details => Message;

        public bool Final { get; } = final;
    }
}
