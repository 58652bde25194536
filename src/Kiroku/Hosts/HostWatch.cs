using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kiroku.Hypervisors;
using Kiroku.Storage;

namespace Kiroku.Hosts;

/// <summary>What is known of this host when somebody asks: whether its hypervisor answers, what it has, what servers take up of it.</summary>
internal sealed class HostWatch(IHypervisor hypervisor, IDatabase database, ServiceSettings settings, TimeProvider time)
{
    /// <summary>How long a list waits for the hypervisor; one that is silent for longer is down.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private HostCapacity? lastCapacity;
    private DateTime? lastSeen;

    public async Task<Host> LookAsync(CancellationToken cancellationToken)
    {
        var up = await MeasureAsync(cancellationToken);
        var (service, used) = await database.ReadAsync(async connection => (
            await ServiceStore.GetAsync(connection, settings.Host),
            await connection.QuerySingleAsync<HostUse>(
                """
                SELECT COUNT(*) AS servers, COUNT(running_action) AS busy, CAST(COALESCE(SUM(claimed_vcpus), 0) AS BIGINT) AS vcpus,
                    CAST(COALESCE(SUM(claimed_memory_mib), 0) AS BIGINT) AS memory_mib, CAST(COALESCE(SUM(claimed_disk_gib), 0) AS BIGINT) AS disk_gib
                FROM servers WHERE deleted = 0 AND host = @Host
                """, new { settings.Host })), cancellationToken);
        return new Host(settings.Host, service, up && !service.ForcedDown, lastSeen, hypervisor.Kind, lastCapacity ?? new HostCapacity(0, 0, 0, 0, "0.0.0"), used);
    }

    public async Task<IReadOnlyList<Host>> ListAsync(CancellationToken cancellationToken) => [await LookAsync(cancellationToken)];

    public async Task<Host?> FindAsync(string name, CancellationToken cancellationToken) => (await ListAsync(cancellationToken)).FirstOrDefault(host => host.Name == name);

    /// <summary>Ids and names of the servers on this host, oldest first.</summary>
    public Task<IReadOnlyList<(Guid Id, string Name)>> ListServersAsync(CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<(Guid, string)>>(async connection => (await connection.QueryAsync<(Guid, string)>(
            "SELECT id, name FROM servers WHERE deleted = 0 AND host = @Host ORDER BY created_at, id", new { settings.Host })).AsList(), cancellationToken);

    /// <summary>An id that always comes out the same for what it names.</summary>
    public static Guid IdOf(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16), bigEndian: true);

    private async Task<bool> MeasureAsync(CancellationToken cancellationToken)
    {
        if (!hypervisor.Connected.IsCompletedSuccessfully)
            return false;
        try
        {
            lastCapacity = await hypervisor.GetCapacityAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken);
            lastSeen = time.UtcNow();
            return true;
        }
        catch (Exception e) when (e is HypervisorException or TimeoutException)
        {
            return false;
        }
    }
}

/// <summary>A host: its name, what administrators say of it, whether it answers and when it last did, what it has and what is taken up of it.</summary>
internal sealed record Host(string Name, Service Service, bool IsUp, DateTime? SeenAt, string Kind, HostCapacity Capacity, HostUse Use)
{
    public string Zone { get; init; } = Zones.Default;

    public Guid Id => HostWatch.IdOf($"compute node {Name}");

    public Guid ServiceId => HostWatch.IdOf($"{ServicesApi.Binary} {Name}");
}

/// <summary>What servers take up on a host, and on how many of them something is being done.</summary>
internal sealed record HostUse
{
    public long Servers { get; init; }
    public long Busy { get; init; }
    public long Vcpus { get; init; }
    public long MemoryMib { get; init; }
    public long DiskGib { get; init; }
}
