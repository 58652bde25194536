using System.Net;
using System.Net.Sockets;

namespace Kiroku.Webhooks.Receivers;

/// <summary>
/// Connects to receivers, each time to the very address that was looked at: a name that stands for another one a moment
/// later leads nowhere else.
/// </summary>
internal sealed class ReceiverConnections(ReceiverNames names)
{
    /// <summary>The most of an answer's headers, in KiB.</summary>
    private const int HeadersKiB = 16;

    private static readonly TimeSpan KeptIdle = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(2);

    /// <summary>A handler for HTTP that asks nobody else for its way, and follows nothing.</summary>
    public SocketsHttpHandler MakeHandler(TimeSpan timeout) => new()
    {
        ConnectCallback = ConnectAsync,
        ConnectTimeout = timeout,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        Credentials = null,
        PreAuthenticate = false,
        MaxResponseHeadersLength = HeadersKiB,
        // What is not read of an answer is not waited for.
        MaxResponseDrainSize = 0,
        ResponseDrainTimeout = TimeSpan.Zero,
        PooledConnectionIdleTimeout = KeptIdle,
        PooledConnectionLifetime = LongestLife,
        ActivityHeadersPropagator = null,
    };

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var found = await names.FindAsync(context.DnsEndPoint.Host, cancellationToken);
        for (var place = 0; ; place++)
        {
            var socket = new Socket(found[place].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(found[place], context.DnsEndPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (place + 1 < found.Count)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
