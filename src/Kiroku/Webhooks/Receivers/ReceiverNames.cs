using System.Net;
using System.Net.Sockets;

namespace Kiroku.Webhooks.Receivers;

/// <summary>Asks the system for the addresses of a name.</summary>
internal delegate Task<IPAddress[]> ResolveName(string name);

/// <summary>
/// Finds the addresses of receivers, and lets through only such as they may have. If a name has one that it may not
/// have, it has none: whoever lets a name stand for both means no good.
/// </summary>
/// <param name="addresses">Which they may have.</param>
/// <param name="resolve">How to find them.</param>
/// <param name="most">
/// At most so many names are asked for at a time: the system takes a thread for each, for as long as its server gives
/// no answer.
/// </param>
internal sealed class ReceiverNames(ReceiverAddresses addresses, ResolveName resolve, int most) : IDisposable
{
    /// <summary>
    /// The key of what looks up names for requests of the API. It has threads of its own: whoever makes subscriptions
    /// with names that nobody answers for must not take those of deliveries.
    /// </summary>
    public const string ForRequests = "requests";

    private readonly SemaphoreSlim resolving = new(most);

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
