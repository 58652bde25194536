using Kiroku.Nodes;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;
using Microsoft.Extensions.Options;

namespace Kiroku.Servers.Engine;

/// <summary>
/// How the service comes to rest. Told to stop: no new actions, running steps end within a set time, workflows rest
/// between steps and go on after the next start. Told to drain: no new actions either, but workflows run to their ends.
/// </summary>
internal sealed partial class Resting(
    WorkInHand work, IOptions<ServersOptions> options, NodeDrain node, TimeProvider time, ILogger<Resting> logger)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource asked = new();
    private readonly CancellationTokenSource stepsMustEnd = new();
    private volatile bool stops;

    /// <summary>Whether no new work is taken any more.</summary>
    public bool IsAsked => asked.IsCancellationRequested;

    /// <summary>Fires when no new work is taken any more.</summary>
    public CancellationToken Asked => asked.Token;

    /// <summary>Fires when the time for running steps is over.</summary>
    public CancellationToken StepsMustEnd => stepsMustEnd.Token;

    /// <exception cref="OperationCanceledException">The service rests; no further step may begin.</exception>
    public void ThrowIfAsked()
    {
        if (stops)
            throw new OperationCanceledException("The service rests.");
    }

    /// <summary>Takes no new work from now on, and returns when what runs has ended, however long that takes.</summary>
    /// <param name="tell">Is told how many actions still run.</param>
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

    /// <summary>Comes before anything stops, so that requests are still answered meanwhile: with a 503.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        stops = true;
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
