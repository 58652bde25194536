using Kiroku.Hypervisors.Libvirt.Bindings;

namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <summary>
/// The connection to one daemon, opened again when it is lost: by the next call that needs it, else after a while by
/// itself. There is never more than one attempt, however many wait for it, so an open that hangs piles up no threads.
/// </summary>
internal sealed partial class LibvirtConnection : IAsyncDisposable
{
    private readonly LibvirtTarget target;
    private readonly LibvirtOptions options;
    private readonly ISessionListener listener;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CallThreads threads = new();
    private readonly CancellationTokenSource ending = new();
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly Task keeping;
    private TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<Session>? attempt;
    private bool disposed;

    public LibvirtConnection(
        LibvirtTarget target, LibvirtOptions options, ISessionListener listener, TimeProvider time, ILogger logger)
    {
        (this.target, this.options, this.listener, this.time, this.logger) = (target, options, listener, time, logger);
        keeping = Task.Run(KeepAsync);
    }

    public Task Connected => connected.Task;

    /// <summary>Runs a call that blocks. A call that was abandoned before it began is not begun.</summary>
    public async Task<T> CallAsync<T>(Func<Session, T> call, CancellationToken abandoned)
    {
        var session = await GetSessionAsync(abandoned);
        return await CallAsync(session, () => call(session), abandoned);
    }

    /// <summary>Runs a further call of work that began on this session and can only go on there.</summary>
    public async Task<T> CallAsync<T>(Session session, Func<T> call, CancellationToken abandoned)
    {
        try
        {
            return await threads.RunAsync(call, abandoned);
        }
        catch (Exception e) when (e is LibvirtException or ObjectDisposedException && !session.IsAlive)
        {
            Lose(session);
            throw new ConnectionException(HypervisorFailure.Unavailable, e.Message, e);
        }
    }

    /// <summary>Gives a session up, unless it was replaced already.</summary>
    public void Lose(Session session)
    {
        lock (gate)
        {
            if (disposed || attempt is not { IsCompletedSuccessfully: true } open
                || !ReferenceEquals(open.GetAwaiter().GetResult(), session))
                return;
            attempt = null;
            lost.TrySetResult();
        }
        LogLost();
        _ = CloseAsync(session);
    }

    public async ValueTask DisposeAsync()
    {
        Task<Session>? last;
        lock (gate)
        {
            if (disposed)
                return;
            (disposed, last) = (true, attempt);
        }
        await ending.CancelAsync();
        await keeping;
        // A session that hangs is not waited for.
        if (last is { IsCompletedSuccessfully: true })
            await Task.WhenAny(CloseAsync(await last), Task.Delay(options.ConnectTimeout, time));
        threads.Dispose();
    }

    private async Task<Session> GetSessionAsync(CancellationToken cancellationToken)
    {
        var opening = CurrentOrNewAttempt();
        try
        {
            return await opening.WaitAsync(options.ConnectTimeout, time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new ConnectionException(HypervisorFailure.Unavailable, "the hypervisor does not answer", e);
        }
    }

    private Task<Session> CurrentOrNewAttempt()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (attempt is null or { IsFaulted: true } or { IsCanceled: true })
                attempt = Task.Run(OpenAsync);
            return attempt;
        }
    }

    private async Task<Session> OpenAsync()
    {
        try
        {
            using var address = await target.FindAsync(ending.Token);
            threads.Limit = address.ParallelCalls;
            // A thread of its own: a frozen daemon lets an open hang for ever.
            return await Task.Factory.StartNew(
                () => SessionOpener.Open(address, options, listener),
                ending.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (DllNotFoundException e)
        {
            throw new ConnectionException(
                HypervisorFailure.NotSupported, "libvirt.so.0 is not installed (on Debian: package libvirt0)", e);
        }
        catch (LibvirtException e)
        {
            throw new ConnectionException(
                e.RulesOutConnecting ? HypervisorFailure.NotSupported : HypervisorFailure.Unavailable,
                e.Message, e);
        }
        catch (HypervisorException e)
        {
            throw new ConnectionException(e.Failure, e.Message, e);
        }
        catch (RefusedException e)
        {
            throw new ConnectionException(e.Failure, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectionException(HypervisorFailure.Unavailable, e.Message, e);
        }
    }

    private Task<bool> CloseAsync(Session session) => threads.RunAsync(
        () =>
        {
            session.Dispose();
            return true;
        },
        CancellationToken.None);
}
