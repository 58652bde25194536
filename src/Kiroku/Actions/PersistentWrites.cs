using Kiroku.Storage;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace Kiroku.Actions;

/// <summary>
/// Writes of a record that must not be lost: while the store is in trouble (its disk full, say) they are held and repeated,
/// and no step fails for it.
/// </summary>
internal sealed partial class PersistentWrites(IOptions<ActionsOptions> options, TimeProvider time, ILogger<PersistentWrites> logger)
{
    private readonly ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = options.Value.StorageDelay,
            ShouldHandle = new PredicateBuilder().Handle<StorageException>(),
            OnRetry = retry =>
            {
                LogHeld(logger, retry.Outcome.Exception);
                return default;
            },
        })
        .Build();

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> write, CancellationToken cancellationToken)
        => await pipeline.ExecuteAsync(async token => await write(token), cancellationToken);

    public async Task RunAsync(Func<CancellationToken, Task> write, CancellationToken cancellationToken)
        => await pipeline.ExecuteAsync(async token => await write(token), cancellationToken);

    [LoggerMessage(LogLevel.Error, "A record could not be written and is held until it can be")]
    private static partial void LogHeld(ILogger logger, Exception? exception);
}
