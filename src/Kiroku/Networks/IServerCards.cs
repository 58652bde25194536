using System.Data.Common;

namespace Kiroku.Networks;

/// <summary>Reads the network cards of servers: servers are known in their own room.</summary>
internal interface IServerCards
{
    /// <summary>The next cards that the query asks for, in the order of their servers' ids.</summary>
    Task<IReadOnlyList<ServerCard>> ListAsync(PortQuery query, int most, CancellationToken cancellationToken);

    /// <summary>How many servers of a project have a card.</summary>
    Task<long> CountAsync(string projectId, CancellationToken cancellationToken);

    /// <summary>Whether a server was put into that group, which only servers of its project can be.</summary>
    Task<bool> IsInGroupAsync(DbConnection connection, SecurityGroup group);

    /// <summary>Ids of the projects that have servers.</summary>
    Task<IReadOnlyList<string>> ListProjectsAsync(CancellationToken cancellationToken);
}
