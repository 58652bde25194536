using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// Reads of a shared store that clients ask for again and again: those that come at the same time go in one statement,
/// because most of what a statement costs, here and at the server, does not depend on its rows.
/// </summary>
internal sealed class JoinedRecords(IDatabase database)
{
    private const int MostKeys = 64;

    /// <summary>One at a time joins most, and takes the least of the processor.</summary>
    private const int MostSubjects = 1;

    /// <summary>An old action may have to come from the disk, and not all others are to wait for it.</summary>
    private const int MostShows = 2;

    private readonly JoinedLookups<Guid, Subject> subjects = new(
        async keys => await database.ReadOneAsync(
            connection => RecordRows.FindSubjectsAsync(connection, [.. keys]), CancellationToken.None),
        MostKeys, MostSubjects);

    private readonly JoinedLookups<(Guid ServerId, string RequestId), (Subject Subject, RecordRow? Action)> shows = new(
        async keys => await database.ReadOneAsync(
            connection => RecordRows.FindWithSubjectsAsync(connection, [.. keys]), CancellationToken.None),
        MostKeys, MostShows);

    /// <summary>The subject of a server; null if there never was such a server.</summary>
    public Task<Subject?> FindSubjectAsync(Guid serverId, CancellationToken cancellationToken)
        => subjects.FindAsync(serverId, cancellationToken);

    /// <summary>
    /// The subject of a server, and the action that a request began on it; each is null if there is none.
    /// </summary>
    public async Task<(Subject? Subject, RecordedAction? Action)> FindWithSubjectAsync(
        Guid serverId, string requestId, CancellationToken cancellationToken)
    {
        var (subject, action) = await shows.FindAsync((serverId, requestId), cancellationToken);
        return (subject, action?.ToRecorded());
    }
}
