using System.Data.Common;
using Kiroku.Actions;

namespace Kiroku.Servers.State;

/// <summary>All that the store writes when a request is accepted.</summary>
/// <param name="Server">The server as it is shown while the action runs.</param>
/// <param name="Action">The action's row.</param>
/// <param name="Keeping">The answer, to be kept under the request's key.</param>
/// <param name="AskedOf">The process that received the request and answers it.</param>
internal sealed record Acceptance(Server Server, ActionRecord Action, Keeping Keeping, string? AskedOf)
{
    /// <summary>
    /// Writes more in the same transaction, or refuses it, while nobody else can write; null for nothing more.
    /// </summary>
    public Func<DbConnection, Task>? AlsoWrite { get; init; }

    /// <summary>Whether more is written than the server and the action.</summary>
    public bool WritesMore => AlsoWrite is not null || Keeping.Key is not null;

    /// <summary>The server's row as the acceptance writes it, if it stands as seen.</summary>
    public Server Begin(Server seen) => Server with
    {
        RunningAction = Action.RequestId,
        Epoch = seen.Epoch + 1,
        UpdatedAt = Action.UpdatedAt,
    };

    /// <summary>Takes back what the action whose place this one takes had announced.</summary>
    public required Func<DbConnection, ActionRecord, Task> GiveUp { get; init; }
}
