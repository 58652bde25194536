using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Nodes;

namespace Kiroku.Servers.Remote;

/// <summary>
/// Calls other nodes' hosts and repeats the calls for a while, because a node that reported just now may only be
/// restarting. A host whose node reported last long ago is away.
/// </summary>
internal sealed class HostPatience(HostWatch hosts, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait for a node that reports but cannot be reached.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Makes a call that may be made twice.</summary>
    /// <exception cref="HypervisorException">The host is away, or answers with a failure.</exception>
    public async Task<T> RunAsync<T>(
        string host, string operation, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (e.IsSilence(cancellationToken))
            {
                if (time.GetElapsedTime(began) > Longest || !await hosts.IsReportingAsync(host, cancellationToken))
                    throw Away(operation, e);
            }
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Makes a call that cannot be made twice.</summary>
    public static async Task<T> OnceAsync<T>(
        string operation, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e.IsSilence(cancellationToken))
        {
            throw Away(operation, e);
        }
    }

    private static HypervisorException Away(string operation, Exception e)
        => new(HypervisorFailure.Away, operation, e.Message, e);
}
