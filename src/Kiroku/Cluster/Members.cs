using Npgsql;

namespace Kiroku.Cluster;

/// <summary>The members in the store, and how long each has been silent by the store's clock.</summary>
internal sealed class Members(string connection) : IDisposable
{
    /// <summary>The name of the one cluster that a store holds.</summary>
    public const string Cluster = "kiroku";

    /// <summary>A few connections of its own, so that a busy store holds up no sign of life.</summary>
    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(connection);

    /// <summary>All members that are not dead.</summary>
    public async Task<IReadOnlyList<Member>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<Member>();
        await using var command = Source.CreateCommand("""
            SELECT m.address || ':' || m.port || '@' || m.generation, m.name,
                EXTRACT(EPOCH FROM now() - GREATEST(m.alive_at, n.seen_at::timestamp AT TIME ZONE 'UTC'))::float8
            FROM members m LEFT JOIN nodes n ON n.silo = m.address || ':' || m.port || '@' || m.generation
            WHERE m.cluster = $1 AND m.status <> $2
            """);
        command.Parameters.AddWithValue(Cluster);
        command.Parameters.AddWithValue((int)SiloStatus.Dead);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new Member(SiloAddress.FromParsableString(reader.GetString(0)), reader.GetString(1),
                TimeSpan.FromSeconds(reader.GetDouble(2))));
        return found;
    }

    /// <summary>Whether any member that is not dead is of a version that does not seal its calls.</summary>
    public async Task<bool> HasUnsealedAsync(CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand("""
            SELECT EXISTS (SELECT 1 FROM members m JOIN nodes n
                ON n.silo = m.address || ':' || m.port || '@' || m.generation
                WHERE m.cluster = $1 AND m.status <> $2 AND n.sealing_silo IS DISTINCT FROM n.silo)
            """);
        command.Parameters.AddWithValue(Cluster);
        command.Parameters.AddWithValue((int)SiloStatus.Dead);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public void Dispose() => Source.Dispose();
}

/// <summary>A process that counts as alive.</summary>
/// <param name="Silo">The address of the process.</param>
/// <param name="Node">The name of its node.</param>
/// <param name="Silence">How long ago it last gave a sign of life.</param>
internal sealed record Member(SiloAddress Silo, string Node, TimeSpan Silence);
