using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Orleans.Configuration;

namespace Kiroku.Cluster;

/// <summary>The engine that gives each server its grain: for one process, needing nothing beside it.</summary>
internal static class ClusterRoom
{
    public static void AddCluster(this WebApplicationBuilder builder, ServiceSettings settings) => builder.Host.UseOrleans(silo =>
    {
        silo.Configure<SiloOptions>(options => options.SiloName = settings.Host);
        silo.Services.AddPlacementDirector<OnNode, OnNodeDirector>();
        // A free port on loopback, because two services on one machine must not meet at Orleans' default one.
        silo.UseLocalhostClustering(FreePort(), gatewayPort: 0);
        // Room for the grains of other processes, of which there are none: Orleans' own million costs 18 MB from the start.
        silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = 1_000);
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromMinutes(2));
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        // Its first look at the clock counts from the machine's start and warns of hours that never passed.
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
    });

    /// <summary>
    /// A port that nobody listens on, below those that the system gives to connections on their way out: between this look
    /// and Orleans' own, one of those would be taken far too often.
    /// </summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 32_768);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another.
            }
        }
    }
}
