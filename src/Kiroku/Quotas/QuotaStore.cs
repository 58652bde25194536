using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Quotas;

/// <summary>Projects' limits, and how much their servers use of them.</summary>
internal sealed class QuotaStore(IDatabase database, IProjectUsage usage, IOptions<QuotasOptions> options)
{
    /// <summary>The limits of projects that have none of their own.</summary>
    public QuotaSet Defaults { get; } = new(QuotaResources.All.ToDictionary(
        resource => resource.Name, resource => new Quota(QuotaResources.Default(resource.Name, options.Value), 0)));

    public Task<QuotaSet> GetAsync(string projectId, CancellationToken cancellationToken)
        => database.ReadAsync(connection => GetAsync(connection, projectId), cancellationToken);

    /// <summary>The project's quotas, read within the caller's transaction.</summary>
    public async Task<QuotaSet> GetAsync(DbConnection connection, string projectId)
    {
        var set = (await connection.QueryAsync<(string Resource, int HardLimit)>(
            "SELECT resource, hard_limit FROM quotas WHERE project_id = @projectId", new { projectId })).ToDictionary(
                row => row.Resource, row => row.HardLimit);
        var (servers, vcpus, memory) = await usage.CountAsync(connection, projectId);
        var used = new Dictionary<string, long>
        {
            [QuotaResources.Instances] = servers,
            [QuotaResources.Cores] = vcpus,
            [QuotaResources.Ram] = memory,
        };
        return new QuotaSet(QuotaResources.All.ToDictionary(
            resource => resource.Name,
            resource
                => new Quota(set.GetValueOrDefault(resource.Name, Defaults[resource.Name].Limit),
                    used.GetValueOrDefault(resource.Name))));
    }

    /// <summary>Makes sure, within the caller's transaction, that what a server has grown by there fits.</summary>
    /// <exception cref="Fault">403 if a limit is exceeded.</exception>
    public async Task RequireGrownAsync(DbConnection connection, string projectId, ProjectGrowth growth)
        => (await GetAsync(connection, projectId)).Before(growth).Require(growth);

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

    /// <summary>Removes the project's own limits, except those for images, which are Glance's.</summary>
    public Task DeleteAsync(string projectId, CancellationToken cancellationToken)
        => database.WriteAsync(connection => connection.ExecuteAsync(
            "DELETE FROM quotas WHERE project_id = @projectId AND resource NOT LIKE 'image%'", new { projectId }),
                cancellationToken);
}
