using System.Data.Common;
using Dapper;
using Kiroku.Access;

namespace Kiroku.Identity.Accounts;

/// <summary>The projects of our own identity, as other rooms need them.</summary>
/// <param name="isOurs">Whether the projects are in our rows at all, and not in a Keystone's.</param>
internal sealed class KnownProjects(bool isOurs) : IProjects
{
    public async Task<IReadOnlySet<string>> FindClosedAsync(DbConnection connection, IEnumerable<string> ids)
    {
        var closed = new HashSet<string>(StringComparer.Ordinal);
        if (!isOurs)
            return closed;
        foreach (var id in ids)
        {
            if (await connection.ExecuteScalarAsync<long>(
                "SELECT COUNT(*) FROM projects WHERE id = @id AND enabled = 1", new { id }) == 0)
                closed.Add(id);
        }
        return closed;
    }
}
