using Kiroku.Cluster;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.Nodes;
using Kiroku.Processes;
using Kiroku.Servers.State;
using Kiroku.Storage;

namespace Kiroku.Bench;

/// <summary>A node that exists only as a row, and what a real one asks of the store.</summary>
internal sealed class SimulatedNode
{
    private const int ServersOfEach = 10;
    private const string Version = "0.1.0";
    private readonly NodeStore store;
    private readonly NodeOrder order;
    private readonly NodeTurn turn;
    private Node last;

    public SimulatedNode(int number, IDatabase database)
    {
        (Name, Port) = ($"host-{number:0000}", 10000 + number);
        var (side, silo) = (new SideDatabase(database), $"127.0.0.1:{Port}@1");
        store = new NodeStore(side, new OwnMembership(silo, isAlone: false), TimeProvider.System);
        order = new NodeOrder(side, TimeProvider.System);
        turn = new NodeTurn(store, order, new ServiceSettings { DataDirectory = "/", Host = Name });
        last = Row = Describe(number, silo);
    }

    public static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    public string Name { get; }

    public int Port { get; }

    public Node Row { get; }

    public IReadOnlyList<Guid> Machines { get; } = [.. Enumerable.Range(0, ServersOfEach).Select(_ => Guid.NewGuid())];

    public async Task ReportAsync()
    {
        // Its free space changes all the time.
        var now = last with { DiskFreeBytes = last.DiskFreeBytes - 4096 };
        if (!await store.BeatAsync(now, CancellationToken.None))
            throw new InvalidOperationException($"{Name} has no row any more.");
        last = now;
    }

    public Task WatchAsync() => order.LookAsync(Name, Row.Folder, CancellationToken.None);

    public async Task RecoverAsync(WatchedServers servers)
    {
        if (await turn.HasAsync(CancellationToken.None))
            await servers.ListRunningAsync(CancellationToken.None);
    }

    private Node Describe(int number, string silo) => new()
    {
        Name = Name,
        Number = number,
        Folder = Guid.NewGuid().ToString(),
        Silo = silo,
        SealingSilo = silo,
        Roles = "api,conductor,compute",
        Zone = "nova",
        Address = "192.0.2.7",
        Version = Version,
        HypervisorKind = "QEMU",
        HypervisorVersion = "7.2.0",
        Vcpus = 64,
        MemoryMib = 262144,
        DiskBytes = 1L << 42,
        DiskFreeBytes = 1L << 41,
        Connected = true,
        Uptime = "10 days",
        Network = NetworkText.Write(new HostNetwork(NetworkKind.Bridge, "br0")),
        Abilities = AbilitiesText.Write(AbilityXml.Everything("x86_64") with
        {
            // As many as QEMU 7.2 has.
            MachineTypes = [.. Enumerable.Range(0, 50).Select(type => $"pc-i440fx-{type}")],
        }, Version),
        StartedAt = Now,
        SeenAt = Now.AddYears(1),
    };
}
