using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Jobs;

/// <summary>
/// Runs jobs: one after another on the same machine or volume, each with a deadline, with libvirt's errors put into our
/// words. A job that its caller has given up keeps its places until it has really ended.
/// </summary>
internal sealed partial class JobRunner(LibvirtConnection connection, TimeProvider time, ILogger logger)
{
    private readonly Places places = new();

    public LibvirtConnection Connection => connection;

    public Task RunAsync(Job job, Action<Session> call, CancellationToken cancellationToken)
        => RunAsync(
            job,
            session =>
            {
                call(session);
                return true;
            },
            cancellationToken);

    public Task<T> RunAsync<T>(Job job, Func<Session, T> call, CancellationToken cancellationToken)
        => RunAsync(job, abandoned => connection.CallAsync(call, abandoned), cancellationToken);

    public async Task<T> RunAsync<T>(
        Job job, Func<CancellationToken, Task<T>> steps, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(job.Deadline, time);
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var held = await places.EnterAsync(job.Places, abandoned.Token);
            var work = HoldAsync(held, steps, abandoned.Token);
            try
            {
                return await work.WaitAsync(abandoned.Token);
            }
            finally
            {
                if (!work.IsCompleted)
                    _ = SeeToItsEndAsync(work, job.Operation);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HypervisorException(
                HypervisorFailure.Unavailable, job.Operation, $"not done within {job.Deadline.TotalSeconds:0.#} s")
            {
                IsLate = true,
            };
        }
        catch (LibvirtException e)
        {
            throw new HypervisorException(e.Failure, job.Operation, e.Message, e);
        }
        catch (ConnectionException e)
        {
            throw e.As(job.Operation);
        }
        catch (RefusedException e)
        {
            throw new HypervisorException(e.Failure, e.Operation ?? job.Operation, e.Message, e);
        }
    }

    private static async Task<T> HoldAsync<T>(
        IDisposable held, Func<CancellationToken, Task<T>> steps, CancellationToken abandoned)
    {
        using (held)
            return await steps(abandoned);
    }

    private async Task SeeToItsEndAsync(Task work, string operation)
    {
        LogAbandoned(operation);
        try
        {
            await work;
            LogEnded(operation);
        }
#pragma warning disable CA1031 // Nobody waits for the job any more: its failure is only logged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogEndedBadly(operation, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Nobody waits any more for: {Operation}.")]
    private partial void LogAbandoned(string operation);

    [LoggerMessage(LogLevel.Debug, "Ended, but nobody waited any more: {Operation}.")]
    private partial void LogEnded(string operation);

    [LoggerMessage(LogLevel.Information, "Failed, but nobody waited any more: {Operation}: {Reason}")]
    private partial void LogEndedBadly(string operation, string reason);
}
