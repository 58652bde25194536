using System.Data.Common;
using Dapper;
using Kiroku.Quotas;

namespace Kiroku.Servers.State;

/// <summary>
/// What a project's servers take up of its quotas, by the sizes that their flavors say. The store itself adds that up
/// (project_sums). A server that is resized counts with the largest of its flavors, from the acceptance until nothing
/// can take it back to another one.
/// </summary>
internal sealed class ServerUsage : IProjectUsage
{
    public async Task<ProjectUsage> CountAsync(DbConnection connection, string projectId)
    {
        // A project without servers has no row, and Dapper then returns zeros.
        var (servers, vcpus, memory) = await connection.QueryFirstOrDefaultAsync<(long, long, long)>(
            "SELECT servers, vcpus, memory_mib FROM project_sums WHERE project_id = @projectId", new { projectId });
        return new ProjectUsage(servers, vcpus, memory);
    }

    public Task<long> CountGroupsAsync(DbConnection connection, string projectId)
        => connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM server_groups WHERE project_id = @projectId", new { projectId });
}
