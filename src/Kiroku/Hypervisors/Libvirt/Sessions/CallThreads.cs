namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>
/// A few threads for calls that block, so that a hung daemon takes none of the thread pool's. When all of them hang,
/// further calls wait in line until their callers give up.
/// </summary>
internal sealed class CallThreads : IDisposable
{
    private static readonly TimeSpan IdleLife = TimeSpan.FromSeconds(30);

    private readonly object gate = new();
    private readonly Queue<Action> line = new();
    private int threads;
    private int idle;
    private bool disposed;

    public int Limit { get; set; } = 4;

    /// <summary>Runs the call. A call that was abandoned while it stood in line is not begun.</summary>
    public Task<T> RunAsync<T>(Func<T> call, CancellationToken abandoned)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            line.Enqueue(() => Run(call, done, abandoned));
            if (idle >= line.Count)
                Monitor.Pulse(gate);
            else if (threads < Limit)
                StartThread();
        }
        return done.Task;
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            Monitor.PulseAll(gate);
        }
    }

    private void StartThread()
    {
        threads++;
        new Thread(Work) { IsBackground = true, Name = "libvirt call" }.Start();
    }

    private void Work()
    {
        while (Next() is { } call)
            call();
    }

    private Action? Next()
    {
        lock (gate)
        {
            while (true)
            {
                if (line.TryDequeue(out var call))
                    return call;
                idle++;
                var woken = !disposed && Monitor.Wait(gate, IdleLife);
                idle--;
                if (woken || line.Count > 0)
                    continue;
                threads--;
                return null;
            }
        }
    }

    private static void Run<T>(Func<T> call, TaskCompletionSource<T> done, CancellationToken abandoned)
    {
        if (abandoned.IsCancellationRequested)
        {
            done.TrySetCanceled(abandoned);
            return;
        }
        try
        {
            done.TrySetResult(call());
        }
#pragma warning disable CA1031 // The caller throws the exception, of whatever type.
        catch (Exception e)
#pragma warning restore CA1031
        {
            done.TrySetException(e);
        }
    }
}
