using Kiroku.Storage;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace Kiroku.Actions;

/// <summary>
/// Has actions wait and try again while the store is in trouble (its disk full, say), so that no record is lost and no
/// step fails because of it.
/// </summary>
internal sealed partial class StorePatience(
    IOptions<ActionsOptions> options, ActionMeters meters, TimeProvider time, ILogger<StorePatience> logger)
{
    private readonly ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = options.Value.StorageDelay,
            ShouldHandle = new PredicateBuilder().Handle<StorageException>(),
            OnRetry = retry =>
            {
                LogWaits(logger, retry.Outcome.Exception);
                return default;
            },
        })
        .Build();

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var waiting = meters.WaitFor(WaitReasons.Store);
        return await pipeline.ExecuteAsync(
            async token =>
            {
                waiting.End();
                try
                {
                    return await work(token);
                }
                catch (StorageException)
                {
                    waiting.Begin();
                    throw;
                }
            }, cancellationToken);
    }

    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
        => RunAsync(
            async token =>
            {
                await work(token);
                return true;
            }, cancellationToken);

    [LoggerMessage(LogLevel.Error, "The store is in trouble, and an action waits for it")]
    private static partial void LogWaits(ILogger logger, Exception? exception);
}
