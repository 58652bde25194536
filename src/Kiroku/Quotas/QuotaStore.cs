using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Quotas;

/// <summary>The limits of projects and of quota classes, and how much of them projects use.</summary>
internal sealed class QuotaStore(IDatabase database, IProjectUsage usage, IOptions<QuotasOptions> options)
{
    /// <summary>The class whose limits count for projects that have none of their own.</summary>
    public const string DefaultClass = "default";

    /// <summary>The limits of a class; where it has none, those of the settings.</summary>
    public Task<QuotaSet> GetClassAsync(string name, CancellationToken cancellationToken)
        => database.ReadOneAsync(async connection => Set(
            await connection.QueryAsync<(string, int)>(
                "SELECT resource, hard_limit FROM quota_classes WHERE class_name = @name", new { name }), []),
            cancellationToken);

    public Task<QuotaSet> GetAsync(string projectId, CancellationToken cancellationToken)
        => database.ReadAsync(connection => GetAsync(connection, projectId), cancellationToken);

    /// <summary>The project's quotas, read within the caller's transaction.</summary>
    public async Task<QuotaSet> GetAsync(DbConnection connection, string projectId)
        => (await GetForServersAsync(connection, projectId)).With(
            QuotaResources.ServerGroups, await usage.CountGroupsAsync(connection, projectId));

    public Task<QuotaSet> GetForServersAsync(string projectId, CancellationToken cancellationToken)
        => database.ReadAsync(connection => GetForServersAsync(connection, projectId), cancellationToken);

    /// <summary>The project's quotas, with what its servers take up of them, but without its server groups.</summary>
    public async Task<QuotaSet> GetForServersAsync(DbConnection connection, string projectId)
    {
        var limits = await connection.QueryAsync<(string, int)>(
            """
            SELECT resource, hard_limit FROM quotas WHERE project_id = @projectId
            UNION ALL
            SELECT resource, hard_limit FROM quota_classes WHERE class_name = @DefaultClass AND NOT EXISTS (
                SELECT 1 FROM quotas
                WHERE project_id = @projectId AND quotas.resource = quota_classes.resource)
            """, new { projectId, DefaultClass });
        var (servers, vcpus, memory) = await usage.CountAsync(connection, projectId);
        var used = new Dictionary<string, long>
        {
            [QuotaResources.Instances] = servers,
            [QuotaResources.Cores] = vcpus,
            [QuotaResources.Ram] = memory,
        };
        return Set(limits, used);
    }

    /// <summary>Makes sure, within the caller's transaction, that what a server has grown by there fits.</summary>
    /// <exception cref="Fault">403 if a limit is exceeded.</exception>
    public async Task RequireGrownAsync(DbConnection connection, string projectId, ProjectGrowth growth)
        => (await GetForServersAsync(connection, projectId)).Before(growth).Require(growth);

    /// <summary>
    /// Sets limits. <paramref name="check"/> gets the present ones, and their use cannot grow before the new ones are
    /// there.
    /// </summary>
    /// <exception cref="Fault">The check refused them.</exception>
    public Task SetAsync(
        string projectId, IReadOnlyDictionary<string, int> limits, Action<QuotaSet> check,
        CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            check(await GetAsync(connection, projectId));
            return await connection.ExecuteAsync(
                """
                INSERT INTO quotas (project_id, resource, hard_limit) VALUES (@projectId, @Key, @Value)
                ON CONFLICT (project_id, resource) DO UPDATE SET hard_limit = excluded.hard_limit
                """, limits.Select(limit => new { projectId, limit.Key, limit.Value }));
        }, cancellationToken);

    /// <summary>Sets limits of a class.</summary>
    public Task SetClassAsync(
        string name, IReadOnlyDictionary<string, int> limits, CancellationToken cancellationToken)
        => database.WriteAsync(connection => connection.ExecuteAsync(
            """
            INSERT INTO quota_classes (class_name, resource, hard_limit) VALUES (@name, @Key, @Value)
            ON CONFLICT (class_name, resource) DO UPDATE SET hard_limit = excluded.hard_limit
            """, limits.Select(limit => new { name, limit.Key, limit.Value })), cancellationToken);

    /// <summary>Removes the project's own limits, except those for images, which are Glance's.</summary>
    public Task DeleteAsync(string projectId, CancellationToken cancellationToken)
        => database.WriteAsync(connection => connection.ExecuteAsync(
            "DELETE FROM quotas WHERE project_id = @projectId AND resource NOT LIKE 'image%'", new { projectId }),
                cancellationToken);

    private QuotaSet Set(IEnumerable<(string Resource, int HardLimit)> limits, Dictionary<string, long> used)
    {
        var limitOf = limits.ToDictionary(row => row.Resource, row => row.HardLimit);
        return new QuotaSet(QuotaResources.All.ToDictionary(
            resource => resource.Name,
            resource => new Quota(
                limitOf.TryGetValue(resource.Name, out var limit)
                    ? limit : QuotaResources.Default(resource.Name, options.Value),
                used.GetValueOrDefault(resource.Name))));
    }
}
