namespace Kiroku.Hypervisors.Libvirt.Sessions;

/// <content>The part that keeps the connection standing while nobody calls, so that events come.</content>
internal sealed partial class LibvirtConnection
{
    private async Task KeepAsync()
    {
        try
        {
            await ConnectAsync();
            connected.TrySetResult();
            LogConnected();
            while (true)
            {
                await WhenLostAsync();
                await ConnectAsync();
                LogConnected();
                listener.MachineChanged(MachineChange.Lost);
                // A daemon that was restarted answers while it still looks for its machines, and sends no event for
                // those that it does not find.
                await Task.Delay(options.SettleTime, time, ending.Token);
                listener.MachineChanged(MachineChange.Lost);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            connected.TrySetCanceled();
        }
        catch (ConnectionException e)
        {
            LogImpossible(e.Message);
            connected.TrySetException(e.As("connect to the hypervisor"));
            // Observes the exception, because nobody may be waiting for the task.
            _ = connected.Task.Exception;
        }
    }

    private async Task ConnectAsync()
    {
        string? told = null;
        while (true)
        {
            try
            {
                var session = await CurrentOrNewAttempt().WaitAsync(ending.Token);
                if (session.IsAlive)
                    return;
                Lose(session);
            }
            catch (ConnectionException e) when (e.Failure != HypervisorFailure.NotSupported)
            {
                if (told != e.Message)
                    LogFailed(told = e.Message);
            }
            await Task.Delay(options.ReconnectInterval, time, ending.Token);
        }
    }

    private async Task WhenLostAsync()
    {
        Task wait;
        lock (gate)
            wait = lost.Task;
        await wait.WaitAsync(ending.Token);
        lock (gate)
            lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(LogLevel.Information, "Connected to the hypervisor.")]
    private partial void LogConnected();

    [LoggerMessage(LogLevel.Warning, "Lost the connection to the hypervisor.")]
    private partial void LogLost();

    [LoggerMessage(LogLevel.Warning, "Cannot connect to the hypervisor, trying on: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(LogLevel.Error, "Cannot ever connect to the hypervisor: {Reason}")]
    private partial void LogImpossible(string reason);
}
