using Kiroku.Actions;
using Kiroku.Nodes;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Engine;

/// <summary>
/// Brings the service to rest. Both ways it takes no new actions. If told to stop, it lets running steps end within a
/// set time, and workflows rest between steps until the next start. If told to drain, it lets workflows run to their
/// ends.
/// </summary>
internal sealed partial class Resting(
    WorkInHand work, IOptions<ServersOptions> options, NodeDrain node, TimeProvider time, ILogger<Resting> logger)
    : IHostedLifecycleService, IDraining, IDisposable
{
    private readonly CancellationTokenSource asked = new();
    private readonly CancellationTokenSource stepsMustEnd = new();
    private volatile bool isStopping;

    /// <summary>Whether the service has stopped taking new work.</summary>
    public bool IsAsked => asked.IsCancellationRequested;

    /// <summary>Whether running actions are left to the next start, too.</summary>
    public bool IsStopping => isStopping;

    /// <summary>Fires when the service stops taking new work.</summary>
    public CancellationToken Asked => asked.Token;

    /// <summary>Fires when the time for running steps is over.</summary>
    public CancellationToken StepsMustEnd => stepsMustEnd.Token;

    /// <exception cref="OperationCanceledException">The service rests; no further step may begin.</exception>
    public void ThrowIfAsked()
    {
        if (isStopping)
            throw new OperationCanceledException("The service rests.");
    }

    /// <summary>
    /// Stops taking new work, and returns when all running actions have ended, however long they take.
    /// </summary>
    /// <param name="tell">Gets the number of actions that still run.</param>
    public async Task DrainAsync(Action<int> tell)
    {
        node.Ask();
        await asked.CancelAsync();
        LogDrains(work.List().Count);
        while (work.List() is { Count: > 0 } left)
        {
            tell(left.Count);
            await Task.WhenAny(left);
        }
    }

    /// <summary>Runs before anything else stops, so that requests still get an answer meanwhile: a 503.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        isStopping = true;
        node.Ask();
        await asked.CancelAsync();
        var all = Task.WhenAll(work.List());
        try
        {
            await all.WaitAsync(options.Value.RestTimeout, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await stepsMustEnd.CancelAsync();
            await all.WaitAsync(TimeSpan.FromSeconds(5), time, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        asked.Dispose();
        stepsMustEnd.Dispose();
    }

    [LoggerMessage(
        LogLevel.Information,
        "No new work is taken; the service ends when the {Running} actions have ended that run here")]
    private partial void LogDrains(int running);
}
