using System.Net;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Kiroku.Cluster;

/// <summary>
/// Sets up the engine that gives each server its grain: for a lone process, which needs nothing beside it, or for all
/// that share a store, which find each other there.
/// </summary>
internal static class ClusterRoom
{
    public static void AddCluster(this WebApplicationBuilder builder, ServiceSettings settings)
    {
        var options = NodeOptions.Read(builder.Configuration, settings);
        var database = StorageRoom.FindDatabase(builder.Configuration, settings);
        if (database is null && (options.IsGiven || settings.Roles != NodeRoles.All))
            throw new OptionsValidationException(NodeOptions.Section, typeof(NodeOptions),
                ["Several nodes need a PostgreSQL that they share (--database)."]);
        builder.Services.AddSingleton<EndProcess>(LostMembership.EndNow);
        builder.Services.AddSingleton<IFatalErrorHandler, LostMembership>();
        builder.Services.AddSingleton<DrainingNodes>();
        builder.Services.AddSingleton<Membership>();
        builder.Services.AddSingleton(provider => new OwnMembership(
            provider.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString(),
            isAlone: database is null));
        builder.Services.AddSingleton(provider => new UnsealedNodes(provider.GetService<Members>()));
        builder.Services.AddSingleton<IMembership>(provider => provider.GetRequiredService<Membership>());
        var certificates = NodeCertificates.Of(options);
        if (database is not null)
            builder.Services.AddJoining(database, options, certificates);
        builder.Host.UseOrleans(silo =>
        {
            silo.Configure<SiloOptions>(o => o.SiloName = settings.Host);
            silo.Services.AddPlacementDirector<OnNode, OnNodeDirector>();
            silo.Services.AddPlacementDirector<OnWorkingNode, OnWorkingNodeDirector>();
            silo.Services.PostConfigure<GrainTypeOptions>(
                o => o.Classes.RemoveWhere(grain => !InRoleAttribute.IsOffered(grain, settings.Roles)));
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromMinutes(2));
            if (database is null)
                silo.StayAlone();
            else
                silo.Join(options.Endpoint, certificates);
        });
        builder.Services.AddSingleton<Introductions>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Introductions>());
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        // When a node goes, the engine logs every message that is lost. MembersLog says it in one line.
        foreach (var chatter in new[] { "AsyncTimer", "CallbackData", "MembershipService", "Messaging",
            "AsyncEnumerableRequest", "GrainDirectory.ClientDirectory", "Metadata.ClusterManifestProvider" })
            builder.Logging.AddFilter($"Orleans.Runtime.{chatter}", LogLevel.Critical);
        builder.Logging.AddFilter("Orleans.Messaging", LogLevel.Critical);
        // The watchdog's first look at the clock counts from the machine's start, and warns of hours that never passed.
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        // It recommends the garbage collector for many processors, which takes more memory.
        builder.Logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
    }

    private static void AddJoining(
        this IServiceCollection services, string database, NodeOptions options, NodeCertificates certificates)
    {
        if (!options.HasCertificates)
            services.AddHostedService(
                provider => new KeptAuthority(provider.GetRequiredService<IDatabase>(), certificates));
        services.AddSingleton(_ => new Members(new PostgresConnection(database).ForMembership));
        services.AddSingleton(_ => new NodeProbe(certificates));
        // Services start in this order, and this one must start before the engine.
        services.AddHostedService<Joining>();
        services.AddHostedService<Thaw>();
        services.AddHostedService<MembersLog>();
    }

    private static void StayAlone(this ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(LoneTransport.NoPort, gatewayPort: 0);
        LoneTransport.Use(silo.Services);
        // This cache is for the grains of other processes, of which there are none. Orleans' own size of a million
        // costs 18 MB from the start.
        silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = 1_000);
    }

    private static void Join(this ISiloBuilder silo, IPEndPoint address, NodeCertificates certificates)
    {
        var port = FreePort.Of(address);
        silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = Members.Cluster);
        silo.Configure<EndpointOptions>(endpoint =>
        {
            endpoint.AdvertisedIPAddress = address.Address;
            endpoint.SiloPort = port;
            endpoint.GatewayPort = 0;
        });
        silo.UseAdoNetClustering(
            (OptionsBuilder<AdoNetClusteringSiloOptions> clustering) => clustering.Configure<Members>((o, members) =>
        {
            o.Invariant = "Npgsql";
            o.DataSource = members.Source;
        }));
        silo.Configure<ClusterMembershipOptions>(Tune);
        silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = 100_000);
        silo.UseTls(certificates.Protect);
        silo.AddOutgoingGrainCallFilter<CallSeals>();
        silo.AddIncomingGrainCallFilter<CallSeals>();
    }

    private static void Tune(ClusterMembershipOptions membership)
    {
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        // The engine compares the store's clock with the machine's, and clocks may be minutes apart. Joining and the
        // callers of Membership judge who is alive by the store's clock alone.
        membership.NumMissedTableIAmAliveLimit = 36;
        membership.EvictWhenMaxJoinAttemptTimeExceeded = false;
        // A node that does not answer its neighbours is out after some ten seconds.
        membership.ProbeTimeout = TimeSpan.FromSeconds(2);
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(4);
        membership.MaxJoinAttemptTime = TimeSpan.FromSeconds(30);
    }
}
