using System.Data.Common;
using Dapper;
using Kiroku.Quotas;

namespace Kiroku.Servers.State;

/// <summary>Counts what a project's servers take up, for its quotas: what their flavors say.</summary>
internal sealed class ServerUsage : IProjectUsage
{
    public async Task<ProjectUsage> CountAsync(DbConnection connection, string projectId)
    {
        var rows = await connection.QueryAsync<string>(
            "SELECT flavor FROM servers WHERE deleted = 0 AND project_id = @projectId", new { projectId });
        var flavors = rows.Select(ServerRow.ReadFlavor).ToList();
        return new ProjectUsage(
            flavors.Count, flavors.Sum(flavor => (long)flavor.Vcpus), flavors.Sum(flavor => (long)flavor.MemoryMiB));
    }
}
