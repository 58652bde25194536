using System.Data.Common;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Engine;

/// <summary>An accepted action.</summary>
/// <param name="Server">The server as it is shown while the action runs.</param>
/// <param name="Arguments">What whoever takes the action up again needs to know; kept as JSON. Null for
/// nothing.</param>
internal sealed record Accepted(Server Server, object? Arguments = null)
{
    /// <summary>What is written together with the acceptance, while nobody else can write; null for nothing.</summary>
    public Func<DbConnection, Task>? Together { get; init; }
}
