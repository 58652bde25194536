using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Kiroku.Cluster;

/// <summary>
/// A port that nobody listens on, below those that the system gives to connections on their way out: between this look and
/// the engine's own, one of those would be taken far too often.
/// </summary>
internal static class FreePort
{
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
