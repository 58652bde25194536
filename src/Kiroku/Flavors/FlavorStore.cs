using Dapper;
using Kiroku.Storage;

namespace Kiroku.Flavors;

/// <summary>Flavors, in rows; a handful.</summary>
internal sealed class FlavorStore(IDatabase database)
{
    private const string Columns = "id, name, vcpus, memory_mib AS MemoryMiB, disk_gib AS DiskGiB, description";

    public Task<Flavor?> FindAsync(string id, CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<Flavor>(
            $"SELECT {Columns} FROM flavors WHERE id = @id", new { id }), cancellationToken);

    public async Task<IReadOnlyList<Flavor>> ListAsync(CancellationToken cancellationToken)
        => [.. await database.ReadAsync(db => db.QueryAsync<Flavor>($"SELECT {Columns} FROM flavors ORDER BY id"), cancellationToken)];
}
