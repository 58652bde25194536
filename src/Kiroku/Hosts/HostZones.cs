using Dapper;
using Kiroku.Storage;

namespace Kiroku.Hosts;

/// <summary>Which zone each host is in, remembered for a while: it changes only when a node starts anew.</summary>
internal sealed class HostZones(IDatabase database, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private volatile Remembered? remembered;

    /// <summary>Zones by their hosts' names.</summary>
    public async ValueTask<IReadOnlyDictionary<string, string>> ListAsync(CancellationToken cancellationToken)
    {
        if (remembered is { } recent && time.GetElapsedTime(recent.ReadAt) < Lifetime)
            return recent.Zones;
        var readAt = time.GetTimestamp();
        var zones = await database.ReadAsync(async connection => (await connection.QueryAsync<(string Name, string Zone)>(
            "SELECT name, zone FROM nodes")).ToDictionary(node => node.Name, node => node.Zone), cancellationToken);
        remembered = new Remembered(zones, readAt);
        return zones;
    }

    private sealed record Remembered(IReadOnlyDictionary<string, string> Zones, long ReadAt);
}
