using System.Net;
using Kiroku.Cluster;
using Kiroku.Nodes;
using Kiroku.Storage;
using Kiroku.Storage.Postgres;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Nodes;

/// <summary>
/// The parts with which a node reports and watches, without a service around them. They have their own PostgreSQL and
/// a clock that stands still.
/// </summary>
internal sealed class NodeDesk : IHostApplicationLifetime, ILocalSiloDetails, IMembership, IDisposable
{
    private readonly PostgresDatabase store;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiroku-test-");
    private readonly CancellationTokenSource stopping = new();
    private readonly List<string> dead = [];
    private readonly SiloAddress address;

    private NodeDesk(string connection, string name, int generation)
    {
        address = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), generation);
        store = new PostgresDatabase(connection);
        store.Migrate();
        Database = new WatchedDatabase(store);
        Nodes = new NodeStore(new SideDatabase(Database), new OwnMembership(Silo, isAlone: false), Time);
        Silence = new Silence(Time);
        var options = Options.Create(new HostsOptions());
        var settings = new ServiceSettings { DataDirectory = folder.FullName, Host = name };
        Self = new NodeSelf(settings, options, this, new NodeDrain(), Hypervisor);
        Report = new NodeReport(Self, Nodes, new HostMeter(Hypervisor, settings, Time), Silence, options, this, Time,
            NullLogger<NodeReport>.Instance);
        Order = new NodeOrder(new SideDatabase(Database), Time);
        Turn = new NodeTurn(Nodes, Order, settings);
        Watch = new NodeWatch(
            Self, Nodes, Order, Report, Silence, this, new DrainingNodes(), this, Time, NullLogger<NodeWatch>.Instance);
    }

    public FakeTimeProvider Time { get; } = new();

    public FakeHypervisor Hypervisor { get; } = new(new FakeHost());

    public WatchedDatabase Database { get; }

    public NodeStore Nodes { get; }

    public NodeOrder Order { get; }

    public NodeTurn Turn { get; }

    public Silence Silence { get; }

    public NodeSelf Self { get; }

    public NodeReport Report { get; }

    public NodeWatch Watch { get; }

    public string Silo => address.ToParsableString();

    /// <summary>The nodes that were reported dead to the cluster.</summary>
    public IReadOnlyList<string> Dead
    {
        get
        {
            lock (dead)
                return [.. dead];
        }
    }

    /// <summary>Called before the cluster records a report.</summary>
    public Action Telling { get; set; } = () => { };

    public static async Task<NodeDesk> OpenAsync(string name = "own", int generation = 1)
        => new(await PostgresServer.CreateDatabaseAsync(), name, generation);

    /// <summary>Lets time pass tick by tick until a condition holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30),
                "What was waited for did not come.");
            Time.Advance(TimeSpan.FromSeconds(2));
        }
    }

    public async Task<Node> RowAsync(string name = "own")
        => (await OtherNodes.ListAsync(Database)).Single(node => node.Name == name);

    public void Dispose()
    {
        Watch.Dispose();
        Report.Dispose();
        store.Dispose();
        stopping.Dispose();
        folder.Delete(recursive: true);
    }

    public CancellationToken ApplicationStopping => stopping.Token;

    CancellationToken IHostApplicationLifetime.ApplicationStarted => new(canceled: true);

    CancellationToken IHostApplicationLifetime.ApplicationStopped => default;

    string ILocalSiloDetails.Name => Self.Name;

    string ILocalSiloDetails.ClusterId => "";

    string ILocalSiloDetails.DnsHostName => "";

    SiloAddress ILocalSiloDetails.SiloAddress => address;

    SiloAddress ILocalSiloDetails.GatewayAddress => null!;

    public void StopApplication() => stopping.Cancel();

    public Task<bool> DeclareDeadAsync(string silo, CancellationToken cancellationToken)
    {
        Telling();
        lock (dead)
            dead.Add(silo);
        return Task.FromResult(true);
    }
}
