using System.Data.Common;

namespace Kiroku.Actions;

/// <summary>
/// The right to write what is done to a server, with what the record's transactions change of it: servers are known in
/// their own room.
/// </summary>
internal interface IFence
{
    /// <summary>Takes the server's row for the rest of the transaction.</summary>
    /// <exception cref="FencedException">The right is lost.</exception>
    Task HoldAsync(DbConnection connection);

    /// <summary>Has the server show what is being done to it, in a transaction that holds its row.</summary>
    Task ShowTaskStateAsync(DbConnection connection, string taskState, DateTime now);
}

/// <summary>
/// The right to act is lost: the action has ended or gone over to another run, or another action has begun. The caller
/// must stop without a trace.
/// </summary>
[GenerateSerializer]
internal sealed class FencedException() : Exception("Something else has been done with the server meanwhile.");
