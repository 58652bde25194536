using System.Data.Common;
using Kiroku.Actions;

namespace Kiroku.Servers.State;

/// <summary>What is written when a request is accepted.</summary>
/// <param name="Server">The server as it is shown while the action runs.</param>
/// <param name="Action">The action's row.</param>
/// <param name="Keeping">The answer, to be kept under the request's key.</param>
/// <param name="AskedOf">The process that was asked, which answers.</param>
internal sealed record Acceptance(Server Server, ActionRecord Action, Keeping Keeping, string? AskedOf)
{
    /// <summary>What is written together with it, while nobody else can write; null for nothing.</summary>
    public Func<DbConnection, Task>? Together { get; init; }

    /// <summary>What goes with the action whose place this one takes.</summary>
    public required Func<DbConnection, ActionRecord, Task> GiveUp { get; init; }
}
