using System.Data.Common;
using Dapper;
using Kiroku.Hypervisors;
using Kiroku.Networks;
using Kiroku.Storage;

namespace Kiroku.Servers.State;

/// <summary>The cards in the rows of servers, as the network service shows them.</summary>
internal sealed class ServerCards(IDatabase database) : IServerCards
{
    private const string HasCard = "deleted = 0 AND addresses <> '[]'";

    public Task<IReadOnlyList<ServerCard>> ListAsync(
        PortQuery query, int most, CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<ServerCard>>(async connection =>
            [.. (await connection.QueryAsync<CardRow>(Sql(query, most), query)).Select(CardOf)],
            cancellationToken);

    public Task<long> CountAsync(string projectId, CancellationToken cancellationToken)
        => database.ReadOneAsync(connection => connection.ExecuteScalarAsync<long>(
            $"SELECT COUNT(*) FROM servers WHERE project_id = @projectId AND {HasCard}",
            new { projectId }), cancellationToken);

    public Task<bool> IsInGroupAsync(DbConnection connection, SecurityGroup group)
        => connection.ExecuteScalarAsync<bool>(
            "SELECT EXISTS (SELECT 1 FROM servers WHERE project_id = @ProjectId AND deleted = 0 "
                + "AND labels LIKE @pattern)",
            // As an id stands in the text of a row; nothing that users write there is one of these.
            new { group.ProjectId, pattern = $"%\"groups\":[%\"{group.Id}\"%" });

    public Task<IReadOnlyList<string>> ListProjectsAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync<IReadOnlyList<string>>(async connection => (await connection.QueryAsync<string>(
            "SELECT project_id FROM project_sums WHERE servers > 0 ORDER BY project_id")).AsList(),
            cancellationToken);

    internal static string Sql(PortQuery query, int most)
    {
        string?[] conditions =
        [
            HasCard,
            query.ProjectId is null ? null : "project_id = @ProjectId",
            query.Servers is null ? null : $"id IN {SqlList.Of(query.Servers)}",
            query.Address is null ? null : "id IN (SELECT server_id FROM server_addresses WHERE address = @Address)",
            query.After is null ? null : query.Backwards ? "id < @After" : "id > @After",
        ];
        return $"""
            SELECT {Columns<CardRow>.Names} FROM servers WHERE {string.Join(" AND ", conditions.OfType<string>())}
            ORDER BY id {(query.Backwards ? "DESC" : "ASC")} LIMIT {most}
            """;
    }

    private static ServerCard CardOf(CardRow row) => new()
    {
        Id = row.Id,
        ProjectId = row.ProjectId,
        Host = row.Host,
        Addresses = ServerRow.ReadAddresses(row.Addresses),
        Groups = ServerRow.ReadLabels(row.Labels).Groups ?? [SecurityGroup.IdOf(row.ProjectId)],
        PowerState = (MachineState)row.PowerState,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    private sealed record CardRow
    {
        public Guid Id { get; init; }

        public string ProjectId { get; init; } = "";

        public string? Host { get; init; }

        public string Addresses { get; init; } = "[]";

        public string Labels { get; init; } = "{}";

        public int PowerState { get; init; }

        public DateTime CreatedAt { get; init; }

        public DateTime UpdatedAt { get; init; }
    }
}
