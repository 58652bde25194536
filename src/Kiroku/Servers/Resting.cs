using Microsoft.Extensions.Options;

namespace Kiroku.Servers;

/// <summary>
/// How the service comes to rest when it is told to stop: no new actions, running steps end within a set time, workflows
/// rest between steps and go on after the next start.
/// </summary>
internal sealed class Resting(IOptions<ServersOptions> options, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource stepsMustEnd = new();
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];

    public bool IsAsked { get; private set; }

    /// <summary>Fires when the time for running steps is over.</summary>
    public CancellationToken StepsMustEnd => stepsMustEnd.Token;

    /// <exception cref="OperationCanceledException">The service rests; no further step may begin.</exception>
    public void ThrowIfAsked()
    {
        if (IsAsked)
            throw new OperationCanceledException("The service rests.");
    }

    /// <summary>Has the service wait for this workflow before it stops.</summary>
    public void Watch(Task workflow)
    {
        lock (gate)
            running.Add(workflow);
        workflow.ContinueWith(ended =>
        {
            lock (gate)
                running.Remove(ended);
        }, TaskScheduler.Default);
    }

    /// <summary>Comes before anything stops, so that requests are still answered meanwhile: with a 503.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        IsAsked = true;
        var all = AllRunning();
        try
        {
            await all.WaitAsync(options.Value.RestTimeout, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await stepsMustEnd.CancelAsync();
            await all.WaitAsync(TimeSpan.FromSeconds(5), time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => stepsMustEnd.Dispose();

    private Task AllRunning()
    {
        lock (gate)
            return Task.WhenAll(running);
    }
}
