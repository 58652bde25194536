using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Kiroku.Cluster;

/// <summary>
/// Finds a port that nobody listens on, below the ports that the system gives to outgoing connections: one of those
/// would be taken far too often between this look and the engine's own.
/// </summary>
internal static class FreePort
{
    /// <summary>The port of an address, or a free one for 0.</summary>
    /// <exception cref="JoinException">Another process listens there, or the address is not this machine's.</exception>
    public static int Of(IPEndPoint address)
    {
        if (address.Port == 0)
            return On(address.Address);
        try
        {
            // The engine's own listener would share the port with another process.
            using var listener = new TcpListener(address);
            listener.Start();
            return address.Port;
        }
        catch (SocketException e)
        {
            throw new JoinException($"cannot listen on {address} for other nodes: {e.Message}", e);
        }
    }

    public static int On(IPAddress address)
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 32_768);
            try
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The port is taken; try another.
            }
        }
    }
}
