using System.Data.Common;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Engine;

/// <summary>An accepted action.</summary>
/// <param name="Server">The server as it is shown while the action runs.</param>
/// <param name="Arguments">The arguments that the workflow needs, also when another run takes the action up; kept as
/// JSON. Null for none.</param>
internal sealed record Accepted(Server Server, object? Arguments = null)
{
    /// <summary>
    /// Writes more in the transaction of the acceptance, or refuses it, while nobody else can write; null for nothing
    /// more.
    /// </summary>
    public Func<DbConnection, Task>? AlsoWrite { get; init; }
}
