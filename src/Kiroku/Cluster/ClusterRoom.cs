using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;

namespace Kiroku.Cluster;

/// <summary>The engine that gives each server its grain: for one process, needing nothing beside it.</summary>
internal static class ClusterRoom
{
    public static void AddCluster(this WebApplicationBuilder builder) => builder.Host.UseOrleans(silo =>
    {
        // A free port on loopback, because two services on one machine must not meet at Orleans' default one.
        silo.UseLocalhostClustering(FreePort(), gatewayPort: 0);
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromMinutes(2));
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        // Its first look at the clock counts from the machine's start and warns of hours that never passed.
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
    });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
