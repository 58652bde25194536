using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Flavors;

/// <summary>Flavors, in rows. There are only a handful.</summary>
internal sealed class FlavorStore(IDatabase database)
{
    /// <summary>Condition for the flavors that a project may use, stated only here.</summary>
    private const string Usable = "(is_public = 1 OR EXISTS (SELECT 1 FROM flavor_access a WHERE a.flavor_id = "
        + "flavors.id AND a.project_id = @ProjectId))";

    /// <summary>The flavor, if it exists and the viewer may see it.</summary>
    public Task<Flavor?> FindAsync(string id, FlavorViewer viewer, CancellationToken cancellationToken)
        => database.ReadOneAsync(db => db.QuerySingleOrDefaultAsync<Flavor>(
            $"SELECT * FROM flavors WHERE id = @id AND (@SeesAll = 1 OR {Usable})",
            new { id, viewer.ProjectId, viewer.SeesAll }), cancellationToken);

    /// <summary>Flavors by choice: those that the project may use, those that are not public, or all.</summary>
    public async Task<IReadOnlyList<Flavor>> ListAsync(
        FlavorChoice choice, string projectId, CancellationToken cancellationToken)
    {
        var where = choice switch
        {
            FlavorChoice.Usable => Usable,
            FlavorChoice.NotPublic => "is_public = 0",
            _ => "1 = 1",
        };
        return [
            .. await database.ReadOneAsync(
                db => db.QueryAsync<Flavor>($"SELECT * FROM flavors WHERE {where} ORDER BY id",
                    new { ProjectId = projectId }), cancellationToken)];
    }

    /// <exception cref="Fault">409 if its id or name is taken.</exception>
    public Task AddAsync(Flavor flavor, CancellationToken cancellationToken)
        => database.WriteAsync(async db =>
        {
            if (await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM flavors WHERE id = @Id", flavor) > 0)
                throw Fault.Conflict($"Flavor with ID {flavor.Id} already exists.");
            if (await db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM flavors WHERE name = @Name", flavor) > 0)
                throw Fault.Conflict($"Flavor with name {flavor.Name} already exists.");
            return await db.ExecuteAsync(Columns<Flavor>.Insert("flavors"), flavor);
        }, cancellationToken);

    /// <summary>
    /// Applies a change to the present row of a flavor. If the change throws, the row stays as it is.
    /// </summary>
    /// <returns>The changed flavor; null if there is none.</returns>
    public Task<Flavor?> ChangeAsync(string id, Func<Flavor, Flavor> change, CancellationToken cancellationToken)
        => database.WriteAsync(async db =>
        {
            if (await FindAsync(db, id) is not { } flavor)
                return null;
            var changed = change(flavor);
            await db.ExecuteAsync(
                "UPDATE flavors SET description = @Description, extra_specs = @ExtraSpecs WHERE id = @Id", changed);
            return changed;
        }, cancellationToken);

    /// <returns>False if there is no such flavor.</returns>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
        => await database.WriteAsync(async db =>
        {
            await db.ExecuteAsync("DELETE FROM flavor_access WHERE flavor_id = @id", new { id });
            return await db.ExecuteAsync("DELETE FROM flavors WHERE id = @id", new { id });
        }, cancellationToken) == 1;

    /// <summary>The projects that were given access to the flavor.</summary>
    public async Task<IReadOnlyList<string>> ListAccessAsync(string id, CancellationToken cancellationToken)
        => [.. await database.ReadOneAsync(db => db.QueryAsync<string>(
            "SELECT project_id FROM flavor_access WHERE flavor_id = @id ORDER BY project_id", new { id }),
                cancellationToken)];

    /// <returns>False if the project has access already, or there is no such flavor.</returns>
    public async Task<bool> AddAccessAsync(string id, string projectId, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync(
            """
            INSERT INTO flavor_access (flavor_id, project_id) SELECT id, @projectId FROM flavors WHERE id = @id
            ON CONFLICT (flavor_id, project_id) DO NOTHING
            """, new { id, projectId }), cancellationToken) == 1;

    /// <returns>False if the project did not have access.</returns>
    public async Task<bool> RemoveAccessAsync(string id, string projectId, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync(
            "DELETE FROM flavor_access WHERE flavor_id = @id AND project_id = @projectId", new { id, projectId }),
                cancellationToken) == 1;

    private static Task<Flavor?> FindAsync(DbConnection db, string id)
        => db.QuerySingleOrDefaultAsync<Flavor>("SELECT * FROM flavors WHERE id = @id", new { id });
}

/// <summary>The flavors that a list shows.</summary>
internal enum FlavorChoice
{
    Usable,
    NotPublic,
    All,
}
