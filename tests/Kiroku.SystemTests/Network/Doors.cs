using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kiroku.SystemTests.Network;

/// <summary>
/// Listeners on the host that a guest should not reach: on all addresses by TCP and UDP, and on loopback, as the
/// engine's port is. They answer everyone, and count.
/// </summary>
internal sealed class Doors : IAsyncDisposable
{
    private static readonly byte[] Page = Encoding.ASCII.GetBytes("HTTP/1.0 200 OK\r\n\r\n");

    // The only block of a file, as TFTP sends it, because the guest has no other UDP client.
    private static readonly byte[] Block = [0, 3, 0, 1, .. "door"u8];

    private readonly CancellationTokenSource ending = new();
    private readonly Socket everywhere = Listen(AddressFamily.InterNetworkV6, IPAddress.IPv6Any);
    private readonly Socket loopback = Listen(AddressFamily.InterNetwork, IPAddress.Loopback);
    private readonly Socket datagrams = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp)
    {
        DualMode = true,
    };
    private readonly Task serving;
    private int knocks;

    public Doors()
    {
        datagrams.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        serving = Task.WhenAll(ServeAsync(everywhere), ServeAsync(loopback), ServeDatagramsAsync());
    }

    /// <summary>How many callers reached a listener.</summary>
    public int Knocks => Volatile.Read(ref knocks);

    public int Everywhere => PortOf(everywhere);

    public int Loopback => PortOf(loopback);

    public int Datagrams => PortOf(datagrams);

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await serving;
        foreach (var socket in new[] { everywhere, loopback, datagrams }) socket.Dispose();
        ending.Dispose();
    }

    private static Socket Listen(AddressFamily family, IPAddress address)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        if (family == AddressFamily.InterNetworkV6) socket.DualMode = true;
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen();
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private async Task ServeAsync(Socket door)
    {
        try
        {
            while (true)
            {
                var guest = await door.AcceptAsync(ending.Token);
                Interlocked.Increment(ref knocks);
                _ = AnswerAsync(guest);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task AnswerAsync(Socket guest)
    {
        using var socket = guest;
        try
        {
            await guest.ReceiveAsync(new byte[1024], ending.Token);
            await guest.SendAsync(Page, ending.Token);
            guest.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The caller or the test has gone, but was counted.
        }
    }

    private async Task ServeDatagramsAsync()
    {
        try
        {
            var buffer = new byte[1024];
            while (true)
            {
                var got = await datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.IPv6Any, 0), ending.Token);
                if (buffer[1] == 1) Interlocked.Increment(ref knocks);
                if (buffer[1] == 1) await datagrams.SendToAsync(Block, got.RemoteEndPoint, ending.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
