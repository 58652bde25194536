using System.Net;
using System.Net.Sockets;

namespace Kiroku.Webhooks.Receivers;

/// <summary>Asks the system for the addresses of a name.</summary>
internal delegate Task<IPAddress[]> ResolveName(string name);

/// <summary>
/// Finds the addresses of receivers, and lets through only such as they may have. If a name has one that it may not
/// have, it has none: whoever lets a name stand for both means no good.
/// </summary>
internal sealed class ReceiverNames(ReceiverAddresses addresses, ResolveName resolve) : IDisposable
{
    /// <summary>
    /// The system takes a thread for each name, for as long as its server gives no answer. They must not be all.
    /// </summary>
    private const int MostAtOnce = 64;

    private readonly SemaphoreSlim resolving = new(MostAtOnce);

    /// <summary>The system's own way to resolve a name, on a thread that nothing else waits for.</summary>
    public static Task<IPAddress[]> ResolveAsync(string name)
        => Task.Factory.StartNew(
            () => Dns.GetHostAddresses(name), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    /// <exception cref="ReceiverException">It has no address, or one that it may not have.</exception>
    public async Task<IReadOnlyList<IPAddress>> FindAsync(string host, CancellationToken cancellationToken)
    {
        var found = IPAddress.TryParse(host, out var address) ? [address] : await AskAsync(host, cancellationToken);
        if (found.Length == 0)
            throw new ReceiverException("The receiver's name has no address.");
        return found.All(addresses.Allows)
            ? found
            : throw new ReceiverException("The receiver's address is none that receivers may have.")
            {
                IsRefusal = true,
            };
    }

    public void Dispose() => resolving.Dispose();

    private async Task<IPAddress[]> AskAsync(string name, CancellationToken cancellationToken)
    {
        await resolving.WaitAsync(cancellationToken);
        var asked = resolve(name);
        // A thread that still waits for an answer is given back when it comes, whoever has gone meanwhile.
        _ = asked.ContinueWith(
            ended =>
            {
                _ = ended.Exception;
                resolving.Release();
            }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            return await asked.WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new ReceiverException("The receiver's name could not be resolved.", e);
        }
    }
}
