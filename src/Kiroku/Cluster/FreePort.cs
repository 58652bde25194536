using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Kiroku.Cluster;

/// <summary>
/// A port that nobody listens on, below those that the system gives to connections on their way out: between this look
/// and the engine's own, one of those would be taken far too often.
/// </summary>
internal static class FreePort
{
    /// <summary>The port of an address, or a free one for 0.</summary>
    /// <exception cref="JoinException">Another process listens there, or it is not this machine's.</exception>
    public static int Of(IPEndPoint address)
    {
        if (address.Port == 0)
            return On(address.Address);
        try
        {
            // The engine's own listener would share the port with whoever has it.
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
                // Taken: another.
            }
        }
    }
}
