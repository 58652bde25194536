namespace Kiroku.Servers.State;

/// <summary>
/// A page of the servers that existed in a span of time, for a report of their usage: those of a project or, without
/// one, of all; those behind the server that the marker names.
/// </summary>
internal sealed record UsageQuery(DateTime Start, DateTime End, string? ProjectId, int Limit, string? Marker)
{
    /// <summary>
    /// Selects them by id. Those that have ended are found by their end: most of the rows of an old cloud are of
    /// servers that ended before the span.
    /// </summary>
    public string Sql => $"""
        WITH ended AS MATERIALIZED (
            SELECT id, project_id FROM servers WHERE terminated_at >= @Start AND launched_at < @End)
        SELECT {ServerRow.Selected} FROM servers WHERE id IN (
            SELECT id FROM (
                SELECT id FROM servers
                WHERE deleted = 0 AND terminated_at IS NULL AND launched_at < @End AND {Behind}) AS living
            UNION ALL SELECT id FROM (SELECT id FROM ended WHERE {Behind}) AS dead)
        ORDER BY id LIMIT @Limit
        """;

    private string Behind
        => (ProjectId is null ? "" : "project_id = @ProjectId AND ") + "id > @Marker ORDER BY id LIMIT @Limit";
}
