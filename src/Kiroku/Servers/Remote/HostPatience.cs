using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Nodes;

namespace Kiroku.Servers.Remote;

/// <summary>
/// What is asked of another node's host. A node that was heard of just now may only be starting anew, so it is asked again until
/// that is long ago; then its host is away.
/// </summary>
internal sealed class HostPatience(HostWatch hosts, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>One whose node says it is there and that nobody reaches.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Makes a call of that host, which may be made twice.</summary>
    /// <exception cref="HypervisorException">It is away, or what it answers.</exception>
    public async Task<T> RunAsync<T>(string host, string operation, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (IsSilence(e))
            {
                if (time.GetElapsedTime(began) > Longest || !await hosts.WasHeardOfAsync(host, cancellationToken))
                    throw Away(operation, e);
            }
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Makes a call that cannot be made twice.</summary>
    public static async Task<T> OnceAsync<T>(string operation, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (IsSilence(e))
        {
            throw Away(operation, e);
        }
    }

    /// <summary>Whether that is the node's silence. What it answers is none of these, even if it is that another one does not.</summary>
    private static bool IsSilence(Exception e) => e is NodeMissingException or OrleansException or TimeoutException or EnumerationAbortedException;

    private static HypervisorException Away(string operation, Exception e) => new(HypervisorFailure.Away, operation, e.Message, e);
}
