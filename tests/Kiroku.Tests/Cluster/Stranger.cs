using System.Net;
using Kiroku.Actions;
using Kiroku.Cluster;
using Kiroku.Servers;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Runtime.MembershipService;

namespace Kiroku.Tests.Cluster;

/// <summary>
/// An intruder with Orleans and the service's interfaces, but without any part of the service. It knows a node's
/// address and the cluster's name, and makes up its own list of members.
/// </summary>
internal sealed class Stranger(IHost host) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>A client would keep trying for longer than the tests need.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Joins a node as another one, with or without proof.</summary>
    /// <exception cref="OrleansClusterConnectivityCheckFailedException">The node does not answer.</exception>
    public static async Task<Stranger> JoinAsync(
        SiloAddress node, Action<TlsOptions>? proof = null, TimeSpan? attempt = null)
    {
        var host = Host.CreateApplicationBuilder();
        host.Logging.ClearProviders();
        host.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = Members.Cluster);
            var (address, port) = (IPAddress.Parse("127.0.0.8"), FreePort.On(IPAddress.Parse("127.0.0.8")));
            silo.Configure<EndpointOptions>(
                o => (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (address, port, 0));
            // The stranger declares nobody dead, and if it is itself declared dead, the tests go on.
            silo.Configure<ClusterMembershipOptions>(
                o => (o.MaxJoinAttemptTime, o.LivenessEnabled) = (attempt ?? Patience, false));
            silo.Services.AddSingleton<IFatalErrorHandler>(new LostMembership(_ => { }));
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(20));
            silo.Services.AddSingleton<IMembershipTable>(new OwnTable(node));
            silo.Services.AddSingleton<DrainingNodes>();
            silo.Services.AddPlacementDirector<OnNode, OnNodeDirector>();
            silo.Services.AddPlacementDirector<OnWorkingNode, OnWorkingNodeDirector>();
            // It has only one grain of its own, which Orleans requires. All others are called on the node.
            silo.Services.PostConfigure<GrainTypeOptions>(
                o => o.Classes.RemoveWhere(grain => grain != typeof(WhereGrain)));
            if (proof is not null)
                silo.UseTls(proof);
        });
        var stranger = await StartAsync(host.Build());
        await stranger.HearAsync(node);
        return stranger;
    }

    /// <summary>Connects to a node as an Orleans client.</summary>
    public static async Task<Stranger> ConnectAsync(SiloAddress node, Action<TlsOptions>? proof = null)
    {
        var host = Host.CreateApplicationBuilder();
        host.Logging.ClearProviders();
        host.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = Members.Cluster);
            client.UseStaticClustering(node.Endpoint);
            client.UseConnectionRetryFilter((_, _) => Task.FromResult(false));
            if (proof is not null)
                client.UseTls(proof);
        });
        return await StartAsync(host.Build());
    }

    /// <summary>Asks for the deletion of a server, as if a user had requested it.</summary>
    public Task<ActionAnswer> DeleteAsync(Guid server)
        => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IServerGrain>(server)
        .Begin(new ActionRequest($"req-{Guid.NewGuid()}", "somebody", "theirs", ActionNames.Delete, null,
            TimeProvider.System.GetUtcNow().UtcDateTime, 1))
        .WaitAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(Token);
        host.Dispose();
    }

    /// <summary>Waits until the node has told which grains it has.</summary>
    private async Task HearAsync(SiloAddress node)
    {
        await foreach (var known in host.Services.GetRequiredService<IClusterManifestProvider>()
            .Updates.WithCancellation(Token))
        {
            if (known.Silos.ContainsKey(node))
                return;
        }
    }

    private static async Task<Stranger> StartAsync(IHost host)
    {
        try
        {
            await host.StartAsync(Token).WaitAsync(LongestStart, Token);
            return new Stranger(host);
        }
        catch (OrleansClusterConnectivityCheckFailedException)
        {
            await TestApp.EndDirectoryAsync(host.Services);
            host.Dispose();
            throw;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>The stranger's own list of members: the node that it knows, and itself.</summary>
    private sealed class OwnTable(SiloAddress node) : IMembershipTable
    {
        private readonly Lock looking = new();
        private readonly List<Tuple<MembershipEntry, string>> rows = [Tuple.Create(Of(node), "0")];
        private int version;

        public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

        public Task DeleteMembershipTableEntries(string clusterId) => Task.CompletedTask;

        public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

        public async Task<MembershipTableData> ReadRow(SiloAddress key)
        {
            var all = await ReadAll();
            return new MembershipTableData(
                [.. all.Members.Where(row => row.Item1.SiloAddress.Equals(key))], all.Version);
        }

        public Task<MembershipTableData> ReadAll()
        {
            lock (looking)
                return Task.FromResult(
                    new MembershipTableData([.. rows.Select(row => Tuple.Create(CopyOf(row.Item1), row.Item2))],
                        new TableVersion(version, $"{version}")));
        }

        public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
            => UpdateRow(entry, "", tableVersion);

        public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
        {
            lock (looking)
            {
                rows.RemoveAll(row => row.Item1.SiloAddress.Equals(entry.SiloAddress));
                rows.Add(Tuple.Create(CopyOf(entry), $"{++version}"));
                return Task.FromResult(true);
            }
        }

        public Task UpdateIAmAlive(MembershipEntry entry) => Task.CompletedTask;

        private static MembershipEntry CopyOf(MembershipEntry entry) => new()
        {
            SiloAddress = entry.SiloAddress,
            SiloName = entry.SiloName,
            HostName = entry.HostName,
            Status = entry.Status,
            StartTime = entry.StartTime,
            IAmAliveTime = entry.IAmAliveTime,
        };

        private static MembershipEntry Of(SiloAddress silo) => new()
        {
            SiloAddress = silo,
            SiloName = "node",
            HostName = "node",
            Status = SiloStatus.Active,
            StartTime = TimeProvider.System.GetUtcNow().UtcDateTime,
            IAmAliveTime = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1),
        };
    }
}
