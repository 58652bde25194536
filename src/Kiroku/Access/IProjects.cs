using System.Data.Common;

namespace Kiroku.Access;

/// <summary>The projects, as far as this service knows them: those of a Keystone it does not.</summary>
internal interface IProjects
{
    /// <summary>
    /// Those of the projects that are deleted or disabled, as the caller's transaction sees them.
    /// </summary>
    Task<IReadOnlySet<string>> FindClosedAsync(DbConnection connection, IEnumerable<string> ids);
}
