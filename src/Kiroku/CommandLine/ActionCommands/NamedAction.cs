namespace Kiroku.CommandLine.ActionCommands;

/// <summary>
/// Finds the action that a user means: a server by its id or name, deleted ones included, and a request, or the
/// server's newest action.
/// </summary>
internal sealed class NamedAction(LiveRecordClient record, bool allProjects)
{
    private const int MostPages = 20;

    /// <exception cref="UsageException">There is none, or more than one.</exception>
    public async Task<ActionName> FindAsync(string server, string? request, CancellationToken cancellationToken)
    {
        var isId = Guid.TryParseExact(server, "D", out var id);
        if (isId && request is not null)
            return new ActionName(id, request);
        var filter = isId ? $"server.id = {id}" : $"server.name = {Quote(server)}";
        if (request is not null)
            filter += $" AND request_id = {Quote(request)}";
        var found = await FindAsync(filter, isId, cancellationToken);
        var servers = found.Select(action => action.Fields.Server.Id).Distinct().ToList();
        return servers.Count switch
        {
            0 => throw new UsageException(request is null
                ? $"there is no action of a server {server} in this project"
                : $"there is no action {request} of a server {server} in this project"),
            1 => found[0].Name,
            _ => throw new UsageException(
                $"{servers.Count} servers have the name {server}; name one by its id: {string.Join(", ", servers)}"),
        };
    }

    /// <summary>
    /// The newest action is enough for an id. Several servers may have a name, which is looked for among many actions.
    /// </summary>
    /// <exception cref="UsageException">It is not among so many.</exception>
    private async Task<IReadOnlyList<ToldAction>> FindAsync(
        string filter, bool isId, CancellationToken cancellationToken)
    {
        var (found, isWhole) = (new List<ToldAction>(), false);
        var query = new ListQuery(filter, allProjects) { PageSize = isId ? 1 : 1000 };
        await foreach (var page in record.ListAsync(query, cancellationToken).Take(MostPages))
        {
            found.AddRange(page.Actions);
            isWhole = page.IsLast;
            if (isId && found.Count > 0)
                break;
        }
        return found.Count > 0 || isWhole ? found : throw new UsageException(
            "that is not among the newest actions, and there are very many; name the server by its id");
    }

    /// <summary>A text as filters have it, none of whose characters has a meaning.</summary>
    public static string Quote(string text) => '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal) + '"';
}
