using System.Data.Common;
using Dapper;
using Kiroku.Quotas;

namespace Kiroku.Servers.State;

/// <summary>
/// Counts what a project's servers take up, for its quotas: what their flavors say. A server that is resized counts
/// with the larger of both, from the acceptance until nothing can take it back to the other.
/// </summary>
internal sealed class ServerUsage : IProjectUsage
{
    // A node of the version before ends a resize without a word of the next flavor.
    private const string Flavors =
        """
        SELECT flavor, former_flavor, CASE WHEN running_action IS NULL THEN NULL ELSE next_flavor END
        FROM servers WHERE deleted = 0 AND project_id = @projectId
        """;

    public async Task<ProjectUsage> CountAsync(DbConnection connection, string projectId)
    {
        var rows = await connection.QueryAsync<(string Flavor, string? Former, string? Next)>(
            Flavors, new { projectId });
        var servers = rows.Select(Read).ToList();
        return new ProjectUsage(
            servers.Count,
            servers.Sum(flavors => flavors.Max(flavor => (long)flavor.Vcpus)),
            servers.Sum(flavors => flavors.Max(flavor => (long)flavor.MemoryMiB)),
            await connection.ExecuteScalarAsync<long>(
                "SELECT COUNT(*) FROM server_groups WHERE project_id = @projectId", new { projectId }));
    }

    private static List<ServerFlavor> Read((string Flavor, string? Former, string? Next) row)
        => [.. new[] { row.Flavor, row.Former, row.Next }.OfType<string>().Select(ServerRow.ReadFlavor)];
}
